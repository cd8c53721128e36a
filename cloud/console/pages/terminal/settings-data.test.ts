import { expect, test } from 'vitest';
import { deviceDefaults } from '../../../../shared/domain/device.ts';
import { changedOf, needsKey, type Settings, valuesOf } from './settings-data.ts';

const settings: Settings = {
  id: 'bodega',
  name: 'Bodega',
  ip: '10.0.0.9',
  source: 'api',
  has_password: true,
  ...deviceDefaults,
  dialect: { user_record: 72 },
  timezone: 'America/La_Paz',
};
const before = valuesOf(settings);

test('what nobody touched is not sent', () => {
  expect(changedOf(before, before)).toEqual({});
  expect(changedOf({ ...before, name: ' Bodega ' }, before)).toEqual({});
  expect(changedOf({ ...before, name: 'Sur', timeout: '9' }, before)).toEqual({ name: 'Sur', timeout: '9' });
});

test('what is stated of the model is sent as a whole, and taken back where nothing is left of it', () => {
  const stated = (more: object) => ({ ...before, dialect: { ...before.dialect, ...more } });
  expect(changedOf(stated({ one_client: 'false', name_bytes: '16' }), before)).toEqual({
    dialect: { user_record: 72, one_client: false, name_bytes: 16 },
  });
  expect(changedOf(stated({ user_record: '' }), before)).toEqual({ dialect: {} });
});

test('a comm key is asked for again with another address', () => {
  expect(needsKey({ ...before, name: 'Sur' }, before, settings)).toBe(false);
  expect(needsKey({ ...before, port: '4371' }, before, settings)).toBe(true);
  expect(needsKey({ ...before, port: '4371', password: '7' }, before, settings)).toBe(false);
  expect(needsKey({ ...before, ip: '10.0.0.8' }, before, { ...settings, has_password: false })).toBe(false);
});
