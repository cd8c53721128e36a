import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../config/load.ts';
import { ZkError } from '../../zk/errors.ts';
import { toOpeningError } from './errors.ts';

const [device] = parseConfig(
  'site: s\ndevices:\n  - {id: puerta, host: 192.168.1.9}\n',
  'agent.yaml',
  {},
).devices;

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

describe('a conversation that does not come about', () => {
  test.each([
    ['EHOSTUNREACH', 'device_no_route'],
    ['ENETUNREACH', 'device_no_route'],
    ['EHOSTDOWN', 'device_no_route'],
    ['ECONNREFUSED', 'device_port_closed'],
    ['ENOTFOUND', 'device_name_unknown'],
    ['EAI_AGAIN', 'device_name_unknown'],
    ['ETIMEDOUT', 'device_unreachable'],
  ])('for %s is %s, and nothing was applied', (system, code) => {
    const cause = systemError(system);
    const error = toOpeningError(new ZkError('unreachable', 'connect', { cause }), device!);
    expect(error).toMatchObject({ code, applied: 'no' });
    expect(error.message).toContain('192.168.1.9');
  });

  test('for want of any word is a time-out, and for a connection that ends at once is hung up', () => {
    expect(toOpeningError(new ZkError('timeout', 'connect'), device!)).toMatchObject({
      code: 'device_unreachable',
    });
    expect(toOpeningError(new ZkError('closed', 'connect'), device!)).toMatchObject({
      code: 'device_hung_up',
    });
    expect(toOpeningError(new ZkError('refused', 'connect', { reply: 6001 }), device!)).toMatchObject({
      code: 'device_refused',
      params: { reply: 6001 },
    });
  });
});
