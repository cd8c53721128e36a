import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { certificateRequest, pendingKey } from '../../agent/enrolment/request.ts';
import { hashOf } from '../../cloud/enrolment/tokens.ts';
import { keys } from '../../cloud/store/keys.ts';
import { TestClient } from '../../infra/local/testing/mqtt-client.ts';
import { type SimulatedTerminal, startTerminal } from '../terminal/terminal.ts';
import { callerOf, type Running, startForTest } from './client.ts';

const CLI = new URL('../../agent/cli.ts', import.meta.url).pathname;
const WITHIN = { timeout: 20_000, interval: 100 };
const run = promisify(execFile);

let running: Running;
let terminal: SimulatedTerminal;
let folder: string;
let agent: ChildProcess | null = null;
beforeAll(async () => {
  running = await startForTest();
  terminal = await startTerminal({ users: 5 });
});
afterAll(async () => {
  await running.stop();
  await terminal.stop();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-enrol-'));
});
afterEach(async () => {
  if (agent !== null && agent.exitCode === null && agent.signalCode === null) {
    const ended = once(agent, 'exit');
    agent.kill('SIGTERM');
    await ended;
  }
  agent = null;
  rmSync(folder, { recursive: true, force: true });
});

const config = () => join(folder, 'agent.yaml');
const output = () => readFileSync(join(folder, 'out.log'), 'utf8');
const certificateFile = () => readdirSync(folder).find((name) => name.endsWith('.crt'))!;
const online = async (site: string) => {
  const { body } = await running.call('GET', '/sites');
  return body.data.find((row: { site: string }) => row.site === site)?.online;
};

async function newSite(site: string): Promise<void> {
  expect(await running.call('POST', '/sites', { site })).toMatchObject({
    status: 200,
    body: { message: `Sede '${site}' registrada.`, data: { site, online: false, agent_version: null } },
  });
}

async function newToken(site: string): Promise<string> {
  const { body } = await running.call('POST', `/sites/${site}/enrollments`);
  expect(body.data.command).toBe(
    `sereno-agent enroll --url ${running.system.url} --token ${body.data.token}`,
  );
  expect(Date.parse(body.data.expires_at) - Date.now()).toBeLessThanOrEqual(15 * 60_000);
  return body.data.token;
}

const cli = (command: 'enroll' | 'rotate', token: string, ...more: string[]) => [
  CLI,
  command,
  ...['--url', running.system.url, '--token', token, '--config', config(), ...more],
];

/** `sereno-agent enroll` in the foreground, as a process of its own, until the site is online. */
async function enrol(site: string): Promise<void> {
  const args = cli('enroll', await newToken(site));
  const out = openSync(join(folder, 'out.log'), 'a');
  agent = spawn(process.execPath, args, {
    stdio: ['ignore', out, out],
    env: { ...process.env, SERENO_ALLOW_LOOPBACK: '1' },
  });
  closeSync(out);
  await vi.waitFor(async () => expect(await online(site)).toBe(true), WITHIN);
}

const ask = (token: string, csr: string) =>
  callerOf(running.system.url, null)('POST', '/enroll', { token, csr });
const newRequest = (name: string) => certificateRequest(pendingKey(join(folder, name)));

describe('an agent enrolled by one command', () => {
  it('gets its certificate, keeps the devices of its file, and serves calls', async () => {
    await newSite('norte');
    const device = `  - { id: puerta, host: 127.0.0.1, port: ${terminal.port} }`;
    writeFileSync(config(), `# the door\nsite: norte\ntenant: local\ndevices:\n${device}\n`);
    await enrol('norte');
    const text = readFileSync(config(), 'utf8');
    expect(text).toContain('# the door');
    expect(parse(text)).toMatchObject({ site: 'norte', tenant: 'local', devices: [{ id: 'puerta' }] });
    for (const file of readdirSync(folder).filter((name) => /\.(key|crt|pem|yaml)$/.test(name))) {
      expect([file, statSync(join(folder, file)).mode & 0o777]).toEqual([file, 0o600]);
    }
    await vi.waitFor(async () => {
      const created = await running.call('POST', '/devices/puerta/users', { user_id: '77', name: 'Eva' });
      expect(created.body.code ?? created.status).toBe(200);
    }, WITHIN);
    expect(terminal.users().some(({ userId }) => userId === '77')).toBe(true);
  });

  it('goes on with a new certificate after a rotation; the old one is refused from then on', async () => {
    await newSite('sur');
    await enrol('sur');
    const old = certificateFile();
    const identity = {
      pem: readFileSync(join(folder, old), 'utf8'),
      keyPem: readFileSync(join(folder, old.replace('.crt', '.key')), 'utf8'),
    };
    const { registry } = running.system.authority;
    const [before] = registry.principals('local_sur');
    await run(process.execPath, cli('rotate', await newToken('sur')));
    expect(certificateFile()).not.toBe(old);
    expect(registry.certificate(before!)).not.toBeNull();
    await vi.waitFor(() => expect(registry.certificate(before!)).toBeNull(), WITHIN);
    expect(registry.principals('local_sur')).toHaveLength(1);
    await vi.waitFor(async () => expect(await online('sur')).toBe(true), WITHIN);
    expect(agent?.exitCode).toBeNull();
    const rootPem = running.system.authority.rootPem;
    const { port } = running.system.broker;
    await expect(TestClient.connect({ port, clientId: 'local_sur', rootPem, identity })).rejects.toThrow(
      'refused 135',
    );
  });

  it('is cut off and refused once it is revoked, and tokens from before are void', async () => {
    await newSite('este');
    await enrol('este');
    const early = await newToken('este');
    expect(await running.call('DELETE', '/sites/este/agent')).toMatchObject({
      status: 200,
      body: { message: "Agente de 'este' revocado." },
    });
    expect(running.system.broker.isConnected('local_este')).toBe(false);
    const { registry } = running.system.authority;
    expect([registry.principals('local_este'), registry.thing('local_este')]).toEqual([[], null]);
    await vi.waitFor(() => expect(output()).toMatch(/CONNACK_CONNECTION_REFUSED.*NotAuthorized/), WITHIN);
    expect(await online('este')).toBe(false);
    expect(await ask(early, await newRequest('late.key'))).toMatchObject({
      status: 401,
      body: { code: 'token_invalid' },
    });
    expect((await ask(await newToken('este'), await newRequest('late.key'))).status).toBe(200);
  });

  it("leaves another site's file alone unless it is forced, and the token still works then", async () => {
    await newSite('oeste');
    const text = 'site: centro\ntenant: local\ndevices: []\n';
    writeFileSync(config(), text);
    const token = await newToken('oeste');
    const failed = await run(process.execPath, cli('enroll', token, '--no-start')).catch((error) => error);
    expect(failed.stderr).toMatch(/is for 'local\/centro', the token is for 'local\/oeste'/);
    expect(readFileSync(config(), 'utf8')).toBe(text);
    await run(process.execPath, cli('enroll', token, '--no-start', '--force'));
    expect(parse(readFileSync(config(), 'utf8'))).toMatchObject({
      site: 'oeste',
      data: 'data/local-oeste',
    });
  });
});

describe('a token', () => {
  beforeAll(() => newSite('tokens'));

  it('gives the same key the same certificate again, and another key none', async () => {
    const token = await newToken('tokens');
    const request = await newRequest('one.key');
    const first = await ask(token, request);
    expect(first).toMatchObject({ status: 200, body: { data: { tenant: 'local', site: 'tokens' } } });
    const again = await ask(token, await newRequest('one.key'));
    expect(again.body.data.certificate).toBe(first.body.data.certificate);
    expect(await ask(token, await newRequest('two.key'))).toMatchObject({
      status: 401,
      body: { code: 'token_invalid' },
    });
  });

  it('used by two agents at once goes to one of them', async () => {
    const token = await newToken('tokens');
    const requests = await Promise.all([newRequest('one.key'), newRequest('two.key')]);
    const answers = await Promise.all(requests.map((request) => ask(token, request)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  it('past its time, or never given, is refused, also to the key that used it', async () => {
    const { dynamo, region, credentials } = running.system;
    const documents = DynamoDBDocumentClient.from(
      new DynamoDBClient({ endpoint: dynamo.endpoint, region, credentials }),
    );
    const token = await newToken('tokens');
    const request = await newRequest('one.key');
    expect((await ask(token, request)).status).toBe(200);
    await documents.send(
      new UpdateCommand({
        TableName: dynamo.tableName,
        Key: { ...keys.enrolment(hashOf(token)) },
        UpdateExpression: 'SET validUntil = :past',
        ExpressionAttributeValues: { ':past': Date.now() - 1 },
      }),
    );
    documents.destroy();
    expect((await ask(token, request)).status).toBe(401);
    expect((await ask('sereno_never-given-to-anybody', request)).status).toBe(401);
  });

  it('is not asked for by those who may not', async () => {
    const { system } = running;
    const few = callerOf(system.url, await system.issueToken({ scopes: ['devices:write'] }));
    const rival = callerOf(system.url, await system.issueToken({ tenant: 'rival' }));
    expect((await few('POST', '/sites/tokens/enrollments')).status).toBe(403);
    expect(await rival('POST', '/sites/tokens/enrollments')).toMatchObject({
      status: 404,
      body: { code: 'site_not_found' },
    });
    expect((await rival('DELETE', '/sites/tokens/agent')).status).toBe(404);
    expect((await rival('GET', '/sites')).body).toEqual({ success: true, total: 0, data: [] });
  });
});
