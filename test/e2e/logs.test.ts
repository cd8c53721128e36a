import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { certificateRequest, pendingKey } from '../../agent/enrolment/request.ts';
import { DataDir } from '../../infra/local/data-dir.ts';
import { type System, startSystem } from '../../infra/local/system.ts';
import { type Caller, callerOf } from './client.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const HEADERS = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };
/** Private data, in forms that can be found wherever they are written. */
const SECRET = { name: 'Zoila Confidencial', pin: '48213377', card: 3141592653, key: 192837465 };

const emfSchema = z.object({
  message: z.literal('command'),
  tenant: z.string(),
  site: z.string(),
  device: z.string(),
  command: z.string(),
  trace: z.string(),
  Operation: z.string(),
  Outcome: z.string(),
  _aws: z.object({
    Timestamp: z.int(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string(), Unit: z.string() })),
      }),
    ),
  }),
});

let dataDir: string;
let system: System;
let call: Caller;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'sereno-logs-'));
  system = await startSystem({ dataDir });
  call = callerOf(system.url, system.token);
});
afterAll(async () => {
  await system.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const cloudLog = () => readFileSync(new DataDir(dataDir).cloudLog, 'utf8');
const agentLog = () => readFileSync(new DataDir(dataDir).agentLog('casa-matriz'), 'utf8');

function jsonLines(text: string): Record<string, unknown>[] {
  return text.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
}

it('logs on both sides name tenant, site, device, command and trace, and never what is personal or secret', async () => {
  const { name, pin, card, key } = SECRET;
  const user = { user_id: '4711', name, password: pin, card };
  const created = await call('POST', '/devices/principal/users', user, HEADERS);
  expect(created.status).toBe(200);
  const command = created.headers.get('sereno-operation');
  // And every way in which something can go wrong with it.
  expect((await call('POST', '/devices/principal/users', user)).status).toBe(409);
  await call('PUT', '/devices/principal/users/4711', { name: `${name} ${name}`, password: `${pin}${pin}` });
  await call('PUT', '/devices/principal/users/4711', { password: pin, privilege: 'boss' });
  await call('POST', '/devices/principal/users', `{"user_id":"1","name":"${name}",`);
  await call('GET', `/devices/principal/users?search=${encodeURIComponent(name)}`);
  await call('POST', '/devices', { id: 'x', name: 'X', ip: '127.0.0.1', port: 1, password: key });
  await call('DELETE', '/devices/principal/users/4711');
  await call('POST', '/devices/principal/users/4711/restore');
  const identifiers = '/devices/principal/access/identifiers';
  const visitor = {
    identifier_owner: { type: 'guest', name },
    lock: 'all',
    valid: { time: { is_permanent: true }, passes: { is_permanent: true } },
  };
  // Nobody has that card or name any more.
  await call('DELETE', '/devices/principal/users/4711?purge=true');
  for (const [type, number] of [
    ['card', card],
    ['inputCode', pin],
  ]) {
    const one = `${identifiers}?type=${type}&number=${number}`;
    const put = await call('PUT', one, visitor);
    expect(put.body.result).toMatchObject([{ extended_info: 'created' }]);
    expect((await call('GET', one)).body).toMatchObject({ identifier_number: String(number) });
    expect((await call('PUT', `${one}x`, { identifier_owner: name })).status).toBe(400);
    expect((await call('PUT', one, { ...visitor, lock: 'second' })).body.result[0].success).toBe(false);
    expect((await call('DELETE', `${one}x`)).status).toBe(400);
    expect((await call('DELETE', one)).body.result[0].extended_info).toBe('deleted');
  }
  expect((await call('POST', '/sites', { site: 'norte' })).status).toBe(200);
  const { token } = (await call('POST', '/sites/norte/enrollments')).body.data;
  const csr = await certificateRequest(pendingKey(join(dataDir, 'some.key')));
  expect((await call('POST', '/enroll', { token, csr })).status).toBe(200);
  expect((await call('POST', '/enroll', { token: `${token}x`, csr })).status).toBe(401);
  await callerOf(system.url, `${system.token}x`)('GET', '/devices');

  await vi.waitFor(() => expect(cloudLog()).toContain('"reason":"unknown"'), { timeout: 5000 });
  const logs = { cloud: cloudLog(), agent: agentLog() };
  const secrets = [name, pin, card, key, token, system.token, csr.slice(60, 100), 'PRIVATE KEY'].map(String);
  for (const [side, text] of Object.entries(logs)) {
    for (const secret of [...secrets, 'Zoila', Buffer.from(name).toString('base64').slice(0, 20)]) {
      expect([side, secret, text.includes(secret)]).toEqual([side, secret, false]);
    }
  }
  const where = { tenant: 'local', site: 'casa-matriz', device: 'principal', command, trace: TRACE };
  const cloud = jsonLines(logs.cloud).filter((line) => line.command === command);
  expect(cloud.find(({ message }) => message === 'command')).toMatchObject({ ...where, Outcome: 'ok' });
  expect(cloud.find(({ message }) => message === 'request')).toMatchObject({
    ...where,
    op: 'user.put',
    route: 'POST /devices/{device_id}/users',
  });
  const agent = jsonLines(logs.agent).filter((line) => line.command === command);
  for (const msg of ['command taken', 'command settled']) {
    expect(agent.find((line) => line.msg === msg)).toMatchObject({ ...where, op: 'user.put' });
  }
});

it('the line of a command is a metric of each of its times, by operation, and a count by outcome', async () => {
  await call('GET', '/devices/principal/users?limit=1');
  const lines = jsonLines(cloudLog()).filter(({ message }) => message === 'command');
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    const { _aws } = emfSchema.parse(line);
    for (const { Dimensions, Metrics } of _aws.CloudWatchMetrics) {
      // CloudWatch finds neither a dimension that is no text nor a metric that is no number.
      for (const dimension of Dimensions.flat()) expect(typeof line[dimension]).toBe('string');
      for (const { Name } of Metrics) expect([Name, typeof line[Name]]).toEqual([Name, 'number']);
    }
  }
  const ok = lines.find(({ Outcome }) => Outcome === 'ok') ?? {};
  const names = emfSchema
    .parse(ok)
    ._aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name));
  expect(names).toEqual(['AckMs', 'ReplyMs', 'QueueMs', 'DeviceMs', 'Commands']);
  expect(Number(ok.AckMs)).toBeLessThanOrEqual(Number(ok.ReplyMs));
});
