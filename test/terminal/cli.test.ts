// The terminal as a process of its own, with its HTTP control.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import * as z from 'zod';
import { RawClient } from './raw-client.ts';

const running: (() => void)[] = [];
afterEach(() => {
  for (const kill of running.splice(0)) kill();
});

function run(...args: string[]) {
  const child = spawn(process.execPath, ['test/terminal/cli.ts', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(() => child.kill('SIGKILL'));
  return child;
}

const stateSchema = z.looseObject({
  users: z.array(z.unknown()),
  attendance: z.array(z.unknown()),
  log: z.array(z.looseObject({ command: z.number() })),
});

test('it listens, is looked into over HTTP, and stops cleanly', { timeout: 20_000 }, async () => {
  const child = run('--port', '0', '--control', '0', '--users', '3', '--set', 'counters=short', '--json');
  const [line] = await once(createInterface(child.stdout), 'line');
  const { port, control } = JSON.parse(line);
  const post = (path: string, body: unknown) =>
    fetch(`http://127.0.0.1:${control}${path}`, { method: 'POST', body: JSON.stringify(body) });

  const client = await RawClient.connect(port);
  running.push(() => client.destroy());
  expect((await client.ask(50)).data).toHaveLength(80);
  const added = await post('/keypad', { action: 'add', userId: '77', name: 'Inés' });
  expect(await added.json()).toEqual({ uid: 4 });
  expect((await post('/punch', { userIds: ['77'], time: '2026-01-02T03:04:05' })).status).toBe(200);
  await post('/fault', { kind: 'refuse', command: 50, times: 1 });
  expect((await client.ask(50)).command).toBe(2001);
  await client.ask(1003);
  expect((await post('/keypad', { action: 'delete', userId: '77' })).status).toBe(423);
  expect((await post('/finger', { samples: ['good'] })).status).toBe(400);
  expect((await post('/fault', { kind: 'explode' })).status).toBe(400);
  expect((await post('/nowhere', {})).status).toBe(404);

  const state = stateSchema.parse(await (await fetch(`http://127.0.0.1:${control}/state?log=2`)).json());
  expect(state).toMatchObject({ enabled: false, connections: 1, violations: [], counters: { users: 4 } });
  expect(state.users[3]).toMatchObject({ uid: 4, userId: '77', name: 'Inés', raw: expect.any(String) });
  expect(state.attendance).toMatchObject([{ userId: '77', time: '2026-01-02T03:04:05' }]);
  expect(state.log.map((entry) => entry.command)).toEqual([50, 1003]);

  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('a wrong option ends it with a sentence', { timeout: 20_000 }, async () => {
  const child = run('--port', '0', '--width', '71');
  const [line] = await once(createInterface(child.stderr), 'line');
  expect(line).toMatch(/Invalid input/);
  expect(await once(child, 'exit')).toEqual([1, null]);
});
