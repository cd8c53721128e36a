import { describe, expect, it } from 'vitest';
import { type ErrorParams, errorText, SerenoError } from './errors.ts';
import { Spoken } from './words.ts';

describe('the catalogue of errors', () => {
  it('speaks the words inside a sentence in its language', () => {
    const params = { field: 'name', device: 'principal', limit: '@limit_bytes', max: 24, got: 30 } as const;
    expect(errorText('limit_exceeded', params, 'es')).toBe(
      "El campo 'name' excede lo que admite 'principal': caben 24 bytes y tiene 30.",
    );
    expect(errorText('limit_exceeded', params, 'en')).toMatch(/24 bytes fit, it has 30/);
  });

  it('takes no raw words where words of ours belong', () => {
    // @ts-expect-error a text written down here is in one language only
    const raw: ErrorParams = { device: 'd', reason: '200 commands wait' };
    // @ts-expect-error no such phrase
    const unknown: ErrorParams = { device: 'd', reason: '@busy_sleeping' };
    expect([raw, unknown]).toHaveLength(2);
    const spoken: ErrorParams = { device: 'd', reason: new Spoken('duerme') };
    expect(errorText('device_busy', spoken)).toBe("El dispositivo 'd' está ocupado: duerme.");
  });

  it('fills words within words', () => {
    const params = { device: 'd', problem: '@answer_garbled', asked: '@asked_readUsers' } as const;
    expect(errorText('device_protocol', params, 'es')).toBe(
      "El dispositivo 'd' respondió algo que no se entiende: su respuesta a leer los usuarios (9).",
    );
    expect(
      errorText('device_protocol', { device: 'd', problem: '@answer_garbled', asked: '@answer_garbled' }),
    ).toBe("El dispositivo 'd' respondió algo que no se entiende: su respuesta a su respuesta a {asked}.");
  });

  it('leaves what callers sent as it is, also where it looks like a place or a phrase', () => {
    expect(errorText('user_not_found', { user_id: '{user_id}@x' })).toBe(
      "Usuario '{user_id}@x' no encontrado.",
    );
    expect(errorText('user_not_found', { user_id: '@busy_waiting' })).toBe(
      "Usuario '@busy_waiting' no encontrado.",
    );
    expect(errorText('device_not_found', { device: '__proto__' })).toBe(
      "Dispositivo '__proto__' no encontrado.",
    );
  });

  it('tells what an agent of another version says as said by it, cut and cleaned', () => {
    // As it comes off the wire: any text in any place.
    const told = (reason: string) => {
      const params: Record<string, string> = { device: 'd', reason };
      return errorText('device_busy', params);
    };
    expect(told('200 commands wait')).toBe(
      "El dispositivo 'd' está ocupado: el agente dice «200 commands wait».",
    );
    expect(told('@busy_waiting')).toBe("El dispositivo 'd' está ocupado: {max} órdenes esperan.");
    expect(told('@busy_sleeping')).toBe("El dispositivo 'd' está ocupado: el agente dice «@busy_sleeping».");
    expect(told(`a\u0000b\u202e\n${'x'.repeat(5000)}`)).toMatch(
      /^El dispositivo 'd' está ocupado: el agente dice «a b x{50,200}»\.$/,
    );
  });

  it('carries code, status and what is known of the change', () => {
    const error = new SerenoError('device_busy', { params: { device: 'd', reason: '@busy_enrolling' } });
    expect(error).toMatchObject({ code: 'device_busy', status: 503, applied: 'no' });
    expect(error.message).toBe("The device 'd' is busy: somebody is enrolling a finger.");
  });
});
