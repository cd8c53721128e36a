// From a terminal that loses its line to the mail and the webhook of an operator, over the whole system; and that nothing of the
// mail server's password, nor of an operator's secrets, is left anywhere.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { Webhook as Verifier } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { subjectOf } from '../../../cloud/alerts/testing/bench.ts';
import {
  MAIL_PASSWORD,
  type MailServer,
  startMailServer,
} from '../../../cloud/alerts/testing/mail-server.ts';
import { methods } from '../../../cloud/rpc/methods.ts';
import { type Receiver, startReceiver } from '../../../cloud/webhooks/testing/receiver.ts';
import { type System, startSystem } from '../../../infra/local/system.ts';
import { call } from './fixture.ts';

let dataDir: string;
let system: System;
let mail: MailServer;
let receiver: Receiver;
const secrets = [MAIL_PASSWORD];
const MAIL_NAMES = ['SMTP_HOST', 'SMTP_PORT', 'SMTP_USER', 'SMTP_PASSWORD', 'SMTP_CA', 'MAIL_FROM'];

beforeAll(async () => {
  mail = await startMailServer();
  receiver = await startReceiver();
  const { host, port, user, password, ca, from } = mail.config;
  for (const [at, value] of [host, port, user, password, ca, from].entries()) {
    process.env[MAIL_NAMES[at] ?? ''] = String(value);
  }
  dataDir = mkdtempSync(join(tmpdir(), 'sereno-alerts-'));
  system = await startSystem({ dataDir, alertMs: 200, gatherMs: 500, deliverMs: 200 });
});
afterAll(async () => {
  await system.stop();
  await mail.close();
  await receiver.close();
  for (const name of MAIL_NAMES) delete process.env[name];
  rmSync(dataDir, { recursive: true, force: true });
});

/** The session of the first operator. */
async function loggedIn(): Promise<string> {
  const { username, password } = system.admin ?? { username: '', password: '' };
  secrets.push(password);
  const { result } = await call(system.url, 'user.login', { username, password });
  secrets.push(result);
  return result;
}

test('a terminal that is unplugged is told by mail and webhook, and so is that it is back', async () => {
  const bearer = await loggedIn();
  const medias = [
    { mediatypeid: '1', sendto: ['ana@example.com'], severity: 63 },
    { mediatypeid: '3', sendto: receiver.url, severity: 8 },
  ];
  const updated = await call(system.url, 'user.update', { userid: '1', lang: 'es_ES', medias }, { bearer });
  expect(updated.result).toEqual({ userids: ['1'] });
  const types = await call(system.url, 'mediatype.get', { output: ['name', 'secret'] }, { bearer });
  const secret = types.result.find(({ name }: { name: string }) => name === 'Webhook').secret;
  secrets.push(secret);
  const all = await call(system.url, 'mediatype.get', {}, { bearer });
  expect(JSON.stringify(all.result)).not.toContain('secret');

  const asked = { headers: { authorization: `Bearer ${bearer}` } };
  const ping = () => fetch(`${system.url}/devices/principal/ping`, asked);
  const plugIn = system.terminals?.principal.faults.add({ kind: 'drop' }) ?? (() => {});
  await ping();
  await receiver.until(1);
  plugIn();
  await ping();
  await receiver.until(2);
  await expect.poll(() => mail.got.length, { timeout: 10_000 }).toBe(2);

  expect(mail.got.map(({ raw }) => subjectOf(raw))).toEqual([
    '[Sereno] El terminal principal (casa-matriz) no responde',
    '[Sereno] El terminal principal (casa-matriz) responde de nuevo',
  ]);
  const notices = await call(
    system.url,
    'alert.get',
    { output: ['sendto', 'status', 'subject', 'error'], filter: { mediatypeid: '1' } },
    { bearer },
  );
  expect(notices.result).toMatchObject([
    { sendto: 'ana@example.com', status: '1', error: '', subject: subjectOf(mail.got[0]?.raw ?? '') },
    { sendto: 'ana@example.com', status: '1', error: '', subject: subjectOf(mail.got[1]?.raw ?? '') },
  ]);
  const [got] = receiver.got;
  expect(new Verifier(secret).verify(got?.body ?? '', got?.headers as Record<string, string>)).toMatchObject({
    type: 'alert',
    changes: [{ state: 'problem', type: 'device.offline', device_id: 'principal' }],
  });
}, 60_000);

/** Every way by which an operator brings a secret, or is given one. */
async function useSecrets(): Promise<string> {
  const { username, password } = system.admin ?? { username: '', password: '' };
  const [next, wrong, misplaced] = ['Next#Secret-4711', 'Wrong#Secret-4712', 'Misplaced#Secret-4713'];
  secrets.push(next, wrong, misplaced);
  await call(system.url, 'user.login', { username, password: wrong });
  await call(system.url, 'user.login', { username: misplaced, password: username });
  const before = { bearer: await loggedIn() };
  const passwords = { userid: '1', current_passwd: password, passwd: next };
  await call(system.url, 'user.update', { ...passwords, current_passwd: wrong }, before);
  expect((await call(system.url, 'user.update', passwords, before)).result).toEqual({ userids: ['1'] });
  const { result: session } = await call(system.url, 'user.login', { username, password: next });
  secrets.push(session);
  const bearer = { bearer: session };
  const made = await call(system.url, 'token.create', { name: 'script' }, bearer);
  const { result } = await call(system.url, 'token.generate', made.result.tokenids, bearer);
  secrets.push(result[0].token);
  return session;
}

/** Every row of the store, with what is packed in it. */
async function rows(): Promise<string> {
  const { endpoint, tableName: TableName } = system.dynamo;
  const client = new DynamoDBClient({ endpoint, region: system.region, credentials: system.credentials });
  const documents = DynamoDBDocumentClient.from(client);
  const texts: string[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await documents.send(new ScanCommand({ TableName, ExclusiveStartKey }));
    for (const row of page.Items ?? []) {
      texts.push(JSON.stringify(row));
      for (const value of Object.values(row)) {
        if (value instanceof Uint8Array && value[0] === 0x1f) texts.push(gunzipSync(value).toString('utf8'));
      }
    }
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  client.destroy();
  return texts.join('\n');
}

test('no answer and no row holds a secret of an operator, or the password of the mail server', async () => {
  const bearer = await useSecrets();
  const gets = Object.keys(methods).filter((name) => name.endsWith('.get'));
  const selects = { 'user.get': { selectMedias: 'extend', selectUsrgrps: 'extend', selectRole: 'extend' } };
  const answers = await Promise.all([
    ...gets.map((name) =>
      call(system.url, name, (selects as Record<string, object>)[name] ?? {}, { bearer }),
    ),
    ...['/audit?limit=500', '/events', '/webhooks', '/operations', '/devices', '/sites', '/openapi.json'].map(
      async (path) => {
        const answer = await fetch(system.url + path, { headers: { authorization: `Bearer ${bearer}` } });
        expect(answer.status, path).toBe(200);
        return answer.text();
      },
    ),
  ]);
  expect(answers.length).toBeGreaterThan(12);
  const told = JSON.stringify(answers);
  const kept = await rows();
  expect(kept).toContain('device.offline');
  expect(secrets.length).toBeGreaterThan(8);
  for (const secret of secrets) {
    expect(secret).toMatch(/^\S{16,}$/);
    expect(told.includes(secret)).toBe(false);
    expect(kept.includes(secret)).toBe(false);
  }
});

test('nothing of these secrets is left in what was written or sent', async () => {
  await system.stop();
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  expect(files.length).toBeGreaterThan(10);
  for (const file of files) {
    const content = readFileSync(file);
    for (const secret of secrets) expect(content.includes(secret), file).toBe(false);
  }
  const sent = JSON.stringify([mail.got, receiver.got]);
  for (const secret of secrets) expect(sent).not.toContain(secret);
});
