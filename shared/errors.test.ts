import { describe, expect, it } from 'vitest';
import { catalogue, errorText, SerenoError } from './errors.ts';
import { phrases } from './phrases.ts';

const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

describe('the catalogue of errors', () => {
  it('fills the same places in both languages', () => {
    for (const [code, { es, en }] of Object.entries({ ...catalogue, ...phrases })) {
      expect([code, places(es)]).toEqual([code, places(en)]);
    }
  });

  it('speaks the words inside a sentence in its language', () => {
    const params = { field: 'name', device: 'principal', limit: '@limit_bytes', max: 24, got: 30 };
    expect(errorText('limit_exceeded', params, 'es')).toBe(
      "El campo 'name' excede lo que admite 'principal': caben 24 bytes y tiene 30.",
    );
    expect(errorText('limit_exceeded', params, 'en')).toMatch(/24 bytes fit, it has 30/);
  });

  it('leaves what callers sent as it is, also where it looks like a place or a phrase', () => {
    expect(errorText('user_not_found', { user_id: '{user_id}@x' })).toBe(
      "Usuario '{user_id}@x' no encontrado.",
    );
    expect(errorText('user_not_found', { user_id: '@busy_waiting' })).toBe(
      "Usuario '@busy_waiting' no encontrado.",
    );
    const params = { field: 'ip', problem: '@nothing' };
    expect(errorText('invalid_field', params)).toBe("El campo 'ip' no es válido: @nothing.");
  });

  it('carries code, status and what is known of the change', () => {
    const error = new SerenoError('device_busy', { params: { device: 'd', reason: '@busy_enrolling' } });
    expect(error).toMatchObject({ code: 'device_busy', status: 503, applied: 'no' });
    expect(error.message).toBe("The device 'd' is busy: somebody is enrolling a finger.");
  });
});
