import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startTerminal } from '../../test/terminal/terminal.ts';
import type { LocalJson } from './local-json.ts';
import { type System, startSystem } from './system.ts';

const START_MS = 40_000;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-system-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the simulated case', () => {
  let system: System;
  const dataDir = (): string => join(folder, 'simulated');
  const localJson = (): LocalJson =>
    JSON.parse(readFileSync(join(dataDir(), 'local.json'), 'utf8')) as LocalJson;
  const call = (method: string, path: string, token: string, body?: object) =>
    fetch(`${system.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  beforeAll(async () => {
    system = await startSystem({ dataDir: dataDir(), port: 0 });
  }, START_MS);
  afterAll(() => system.stop(), START_MS);

  test('local.json says how to use it, to its owner alone', () => {
    const pids = system.agents.map(({ pid }) => ({ site: 'casa-matriz', pid }));
    expect(localJson()).toEqual({
      url: system.url,
      token: system.token,
      admin: system.admin,
      agents: pids,
      devices: ['principal', 'entrada'],
    });
    expect(statSync(join(dataDir(), 'local.json')).mode & 0o777).toBe(0o600);
  });

  test('a user goes all the way to the terminal and back', async () => {
    const created = await call('POST', '/devices/principal/users', system.token, {
      user_id: '7001',
      name: 'Íñigo',
    });
    expect([created.status, await created.json()]).toMatchObject([200, { message: 'Usuario registrado.' }]);
    const onTerminal = (): boolean =>
      system.terminals?.principal.users().some(({ userId }) => userId === '7001') ?? false;
    expect(onTerminal()).toBe(true);
    expect((await call('DELETE', '/devices/principal/users/7001', system.token)).status).toBe(200);
    expect(onTerminal()).toBe(false);
    await system.terminals?.principal.until(({ enabled }) => enabled);
    expect(system.terminals?.principal.violations).toEqual([]);
  });

  test('tokens that are no good are refused, other tenants see nothing', async () => {
    const path = '/devices/principal/users';
    const expired = await system.issueToken({ expires: '-5m' });
    const foreignIssuer = await system.issueToken({ issuer: 'https://elsewhere' });
    for (const token of [
      '',
      'nonsense',
      expired,
      foreignIssuer,
      await system.issueToken({ audience: 'other' }),
    ]) {
      expect((await call('GET', path, token)).status).toBe(401);
    }
    expect((await call('GET', path, await system.issueToken({ scopes: ['devices:read'] }))).status).toBe(403);
    expect((await call('GET', path, await system.issueToken({ tenant: 'acme' }))).status).toBe(404);
  });

  test('an agent that dies is started again, and local.json then holds its new pid', async () => {
    const [agent] = system.agents;
    const dead = agent?.pid;
    agent?.kill();
    const within = { timeout: 10_000, interval: 50 };
    await vi.waitFor(() => expect(localJson().agents[0]?.pid).not.toBe(dead), within);
    await vi.waitFor(async () => {
      expect((await call('GET', '/devices/principal/users?limit=1', system.token)).status).toBe(200);
    }, within);
  }, 30_000);

  test('the same folder is refused to a second system', async () => {
    await expect(startSystem({ dataDir: dataDir(), port: 0 })).rejects.toThrow(/Another npm start is using/);
    expect(existsSync(join(dataDir(), 'local.json'))).toBe(true);
  });
});

describe('with an operator’s file', () => {
  test(
    'its devices are used, the file stays as it is, and everything ends',
    async () => {
      const terminal = await startTerminal({ users: 70, commKey: 12 });
      const file = join(folder, 'agent.yaml');
      const text = `# mine\nsite: norte\ntenant: acme\ndevices:\n  - id: puerta\n    host: 127.0.0.1\n    port: ${terminal.port}\n    comm_key: 12\n`;
      writeFileSync(file, text);
      const dataDir = join(folder, 'given');
      const system = await startSystem({ dataDir, port: 0, agents: [file] });
      const pids = system.agents.map(({ pid }) => pid);
      try {
        expect(system.devices).toEqual(['puerta']);
        expect(system.tenant).toBe('acme');
        const list = await fetch(`${system.url}/devices/puerta/users`, {
          headers: { authorization: `Bearer ${system.token}` },
        });
        expect(await list.json()).toMatchObject({ success: true, total: 70 });
      } finally {
        await system.stop();
        await terminal.stop();
      }
      expect(readFileSync(file, 'utf8')).toBe(text);
      expect(pids.filter(isAlive)).toEqual([]);
      expect(existsSync(join(dataDir, 'local.json'))).toBe(false);
    },
    START_MS,
  );
});

test(
  'a branch whose last will and disconnect got lost is found by asking the broker',
  async () => {
    let isLosing = false;
    const lost: string[] = [];
    const system = await startSystem({
      dataDir: join(folder, 'sweep'),
      port: 0,
      sweepMs: 200,
      losesPresence: ({ kind }) => {
        if (isLosing) lost.push(kind);
        return isLosing;
      },
    });
    try {
      const state = async () => {
        const headers = { authorization: `Bearer ${system.token}` };
        const response = await fetch(`${system.url}/sites`, { headers });
        const { data } = (await response.json()) as { data: { state: string }[] };
        return data[0]?.state;
      };
      expect(await state()).toBe('online');
      isLosing = true;
      await system.agents[0]?.stop();
      await vi.waitFor(async () => expect(await state()).toBe('offline'), { timeout: 10_000, interval: 100 });
      expect(lost).toContain('disconnected');
    } finally {
      await system.stop();
    }
  },
  START_MS,
);
