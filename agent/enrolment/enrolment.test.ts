// The agent's half of enrolment: the call, and the files that it leaves.
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LocalAuthority } from '../../infra/local/certs/authority.ts';
import { loadConfig } from '../config/load.ts';
import { type Enrolled, exchange } from './exchange.ts';
import { pendingKeyFile, readHome, settle } from './home.ts';
import { certificateRequest, pendingKey } from './request.ts';
import { daysLeft } from './watch.ts';

let folder: string;
let authority: LocalAuthority;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-home-'));
  authority = await LocalAuthority.open(join(folder, 'ca'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const PASTED = 'devices:\n  - id: a-1\n    name: "Puerta"\n    host: 192.168.1.201\n';

const config = () => join(folder, 'agent.yaml');
const files = (end: string) => readdirSync(folder).filter((name) => name.endsWith(end));

/** What the cloud would answer for the key that waits beside agent.yaml. */
async function certified(): Promise<{ key: string; enrolled: Enrolled }> {
  const key = pendingKey(pendingKeyFile(config()));
  const { pem } = await authority.issueFromCsr(await certificateRequest(key));
  const place = { tenant: 'acme', site: 'norte' };
  const enrolled = { certificate: pem, endpoint: 'iot.example', ca: authority.rootPem, ...place };
  return { key, enrolled };
}

describe('the files of an enrolled agent', () => {
  test('are such that the agent can run with them', async () => {
    const { key, enrolled } = await certified();
    settle(readHome(config()), enrolled, key, { config: config(), data: join(folder, 'journal') });
    const loaded = loadConfig(config(), {});
    expect(loaded).toMatchObject({
      tenant: 'acme',
      site: 'norte',
      dataDir: join(folder, 'journal'),
      devices: [],
    });
    // As `discover` prints them: what the file already holds must leave room.
    expect(readFileSync(config(), 'utf8')).toMatch(/^# This branch[\s\S]*# devices:/);
    writeFileSync(config(), `${readFileSync(config(), 'utf8')}${PASTED}`);
    expect(loadConfig(config(), {}).devices).toMatchObject([{ id: 'a-1', host: '192.168.1.201' }]);
    expect(readFileSync(loaded.cloud!.certificate, 'utf8')).toBe(enrolled.certificate);
    expect(readFileSync(loaded.cloud!.key, 'utf8')).toBe(key);
    expect(existsSync(pendingKeyFile(config()))).toBe(false);
  });

  test('after a second time are the new pair alone, and the rest of agent.yaml is untouched', async () => {
    const first = await certified();
    settle(readHome(config()), first.enrolled, first.key, { config: config() });
    const text = `${readFileSync(config(), 'utf8')}undo_days: 7 # a week\n`;
    writeFileSync(config(), text);
    const second = await certified();
    settle(readHome(config()), second.enrolled, second.key, { config: config() });
    expect([files('.crt').length, files('.key').length]).toEqual([1, 1]);
    expect(readFileSync(config(), 'utf8')).toBe(
      text.replaceAll(/agent-[0-9a-f]{12}/g, files('.crt')[0]!.slice(0, 18)),
    );
  });

  test('are not written for a certificate of another key, and the waiting key stays', async () => {
    const { enrolled } = await certified();
    rmSync(pendingKeyFile(config()));
    const other = pendingKey(pendingKeyFile(config()));
    expect(() => settle(readHome(config()), enrolled, other, { config: config() })).toThrow(
      /not for this agent/,
    );
    expect(() =>
      settle(readHome(config()), { ...enrolled, certificate: 'x' }, other, { config: config() }),
    ).toThrow(/no certificate/);
    expect([existsSync(config()), existsSync(pendingKeyFile(config()))]).toEqual([false, true]);
  });

  test('a file that is not YAML is told before anything is asked of the cloud', () => {
    writeFileSync(config(), 'site: a\n  b: c: d\n');
    expect(() => readHome(config())).toThrow(/agent\.yaml:\d+: is not YAML/);
    writeFileSync(config(), '- a\n');
    expect(() => readHome(config())).toThrow(/agent\.yaml:1: must be a block/);
    expect(() => readHome(folder)).toThrow(/cannot be read: it is a folder/);
  });

  test('say how long the certificate holds', async () => {
    const { enrolled } = await certified();
    expect(daysLeft(enrolled.certificate, Date.now())).toBe(364);
  });
});

describe('the call for a certificate', () => {
  let server: Server;
  let url: string;
  let answers: { status: number; body: unknown }[];
  let asked: string[];
  beforeEach(async () => {
    answers = [];
    asked = [];
    server = createServer(async (request, response) => {
      asked.push(await request.reduce((text, chunk) => text + String(chunk), ''));
      const { status, body } = answers.shift() ?? { status: 500, body: {} };
      response.writeHead(status).end(JSON.stringify(body));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  const data = { certificate: 'c', endpoint: 'e', ca: 'r', tenant: 'acme', site: 'norte' };
  const ask = (more = {}) => exchange({ url, token: 'sereno_t', csr: 'request', pausesMs: [1, 1], ...more });

  test('is made again with the same body while the answer is that of an outage', async () => {
    answers = [
      { status: 503, body: {} },
      { status: 429, body: {} },
      { status: 200, body: { success: true, data } },
    ];
    expect(await ask()).toEqual(data);
    expect(asked).toEqual(Array(3).fill('{"token":"sereno_t","csr":"request"}'));
  });

  test('ends with the sentence of a refusal, at once', async () => {
    answers = [{ status: 401, body: { success: false, error: 'No good.', code: 'token_invalid' } }];
    await expect(ask()).rejects.toMatchObject({
      code: 'refused',
      message: 'No good. Get a new one: POST /sites/{site}/enrollments.',
    });
    expect(asked).toHaveLength(1);
    answers = [{ status: 404, body: { success: false, error: 'Route not found.', code: 'route_not_found' } }];
    await expect(ask()).rejects.toMatchObject({ message: 'Route not found. Is --url right?' });
  });

  test('ends after its attempts, on what is no answer of Sereno’s, and when it is told to', async () => {
    const waits: number[] = [];
    const onWait = (_: unknown, pauseMs: number) => waits.push(pauseMs);
    await expect(ask({ onWait })).rejects.toMatchObject({ code: 'unreachable' });
    expect([asked.length, waits]).toEqual([3, [1, 1]]);
    answers = [{ status: 200, body: { hello: 'world' } }];
    await expect(ask()).rejects.toMatchObject({ code: 'answer_invalid' });
    await expect(ask({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });

  test('is made over HTTPS alone, but for this machine', async () => {
    for (const bad of ['http://api.example.com', 'ftp://127.0.0.1', 'api.example.com', '']) {
      await expect(ask({ url: bad })).rejects.toMatchObject({ code: 'url_insecure' });
    }
  });
});
