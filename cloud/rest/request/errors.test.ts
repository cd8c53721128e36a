// What a handler throws, as its caller sees it.
import { beforeAll, expect, test } from 'vitest';
import { log } from '../../log.ts';
import { invoke } from '../../testing/invoke.ts';
import { httpHandler } from '../handler.ts';

beforeAll(() => {
  log.setLogLevel('SILENT');
});

function thrown(error: Error) {
  const deviceList = () => {
    throw error;
  };
  const handler = httpHandler({ deviceList }, () => null);
  return invoke(handler, 'deviceList');
}

const named = (name: string, more: object = {}) => Object.assign(new Error('secret words'), { name }, more);

test.each([
  named('TimeoutError', { $metadata: { attempts: 1 } }),
  named('ThrottlingException', { $metadata: { httpStatusCode: 400 } }),
  named('ProvisionedThroughputExceededException', { $metadata: { httpStatusCode: 400 } }),
  named('InternalServerError', { $metadata: { httpStatusCode: 500 } }),
  named('Error', { code: 'ECONNREFUSED' }),
])('an outage of a service behind us may be retried: %o', async (error) => {
  const { status, headers, body } = await thrown(error);
  expect([status, headers['retry-after']]).toEqual([503, '5']);
  expect(body).toMatchObject({ success: false, code: 'service_unavailable', applied: 'no' });
});

test.each([
  named('TypeError'),
  named('ValidationException', { $metadata: { httpStatusCode: 400 } }),
  named('AccessDeniedException', { $metadata: { httpStatusCode: 400 } }),
])('a fault of ours is answered as one, without its own words: %o', async (error) => {
  const { status, body } = await thrown(error);
  expect(status).toBe(500);
  expect(body).toEqual({ success: false, error: 'Error interno.', code: 'internal', applied: 'no' });
});
