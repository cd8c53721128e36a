// A disk that is full or read-only: refused before the terminal is touched, and gone on with when there is room.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Caller, callerOf, settled } from '../e2e/client.ts';
import { Command } from '../terminal/protocol.ts';
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import { Arena } from './arena.ts';
import { limitFiles } from './strokes.ts';

let arena: Arena;
let call: Caller;
let terminal: SimulatedTerminal;
beforeAll(async () => {
  arena = await Arena.start(['plain']);
  call = callerOf(arena.system.url, arena.system.token);
  terminal = arena.terminal('plain');
});
afterAll(() => arena.stop());

const create = (userId: string, headers: Record<string, string> = {}): Promise<Answer> =>
  call('POST', '/devices/plain/users', { user_id: userId, name: 'Ana' }, headers);
const holds = (userId: string) => terminal.users().filter((user) => user.userId === userId).length;
const full = (pid: number) => limitFiles(pid, '0');
const room = (pid: number) => limitFiles(pid, 'unlimited');

describe('a disk without room', () => {
  it('refuses commands with 503 agent_storage before the terminal is touched, and takes them when there is room', async () => {
    const { pid } = arena.agent;
    await terminal.until((at) => at.connections() === 0, 10_000);
    full(pid);
    const before = terminal.log.length;
    const refused = await create('700001');
    expect(refused).toMatchObject({ status: 503, body: { code: 'agent_storage', applied: 'no' } });
    expect(refused.body.error).toContain("'sede'");
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(terminal.log.slice(before)).toEqual([]);
    room(pid);
    expect((await create('700001')).status).toBe(200);
    expect([holds('700001'), arena.agent.pid]).toEqual([1, pid]);
  });

  it('applies nothing of a command that came before the disk was full, and says so as soon as it is stored', async () => {
    const { pid } = arena.agent;
    await terminal.until((at) => at.connections() === 0, 10_000);
    const seen = terminal.until(({ log }) => log.at(-1)?.command === Command.connect, 10_000);
    const answer = create('700002');
    await seen;
    full(pid);
    // A refusal that is not on disk would not outlast a crash: until it is, nothing is certain.
    const { status, body } = await answer;
    expect([status, holds('700002'), terminal.enabled]).toEqual([202, 0, true]);
    room(pid);
    const { data } = (await settled(call, body.operation_id)).body;
    expect(data).toMatchObject({ state: 'failed', error: { code: 'agent_storage', applied: 'no' } });
    expect(holds('700002')).toBe(0);
  });

  it('still tells the truth of what was written when it became full, and again when it is asked', async () => {
    const { pid } = arena.agent;
    const seen = terminal.until(({ log }) => log.at(-1)?.command === Command.refreshData, 10_000);
    // The first reply is lost: what the agent says later must come out of its memory.
    arena.line.order('row-lost', 1);
    const first = create('700003', { 'idempotency-key': 'full-disk-3' });
    await seen;
    full(pid);
    const answer = await first;
    expect(answer.status).toBe(202);
    const again = await create('700003', { 'idempotency-key': 'full-disk-3' });
    expect([again.status, holds('700003')]).toEqual([200, 1]);
    room(pid);
    expect((await create('700004')).status).toBe(200);
    const { data } = (await settled(call, answer.body.operation_id)).body;
    expect(data.state).toBe('succeeded');
    await terminal.until((at) => at.enabled, 5000);
    expect(terminal.violations).toEqual([]);
  });
});

describe('a disk that becomes read-only', () => {
  it('refuses commands with 503 agent_storage before the terminal is touched, and takes them when it can be written again', async () => {
    let serial = 710_000;
    arena.setReadOnly(true);
    try {
      // The disk turns at a moment of its own; what comes before is taken.
      const attempt = async () => (await create(String(++serial))).body.code;
      await expect.poll(attempt, { timeout: 10_000 }).toBe('agent_storage');
      await terminal.until((at) => at.connections() === 0, 10_000);
      const before = terminal.log.length;
      const refused = await create(String(++serial));
      expect(refused).toMatchObject({ status: 503, body: { code: 'agent_storage', applied: 'no' } });
      expect(terminal.log.slice(before)).toEqual([]);
    } finally {
      arena.setReadOnly(false);
    }
    await expect.poll(async () => (await create(String(serial))).status, { timeout: 10_000 }).toBe(200);
    expect(holds(String(serial))).toBe(1);
  }, 60_000);
});

describe('a data folder on a read-only disk', () => {
  it('ends the start with a sentence, calls get 503, and the agent is back when the disk can be written', async ({
    skip,
  }) => {
    const data = join(arena.home, 'data');
    const kept = `${data}-kept`;
    await arena.agent.stop();
    renameSync(data, kept);
    mkdirSync(data);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', data], { stdio: 'ignore' });
    } catch {
      rmdirSync(data);
      renameSync(kept, data);
      await arena.agent.start();
      return skip('mounting is not allowed here');
    }
    try {
      cpSync(kept, data, { recursive: true });
      execFileSync('mount', ['-o', 'remount,ro', data]);
      const logged = readFileSync(arena.agentLog, 'utf8').length;
      await arena.agent.start();
      const said = () => readFileSync(arena.agentLog, 'utf8').slice(logged);
      await expect.poll(said, { timeout: 10_000 }).toMatch(/cannot be used: EROFS/);
      const refused = await create('700005');
      expect(refused).toMatchObject({ status: 503, body: { code: 'agent_offline', applied: 'no' } });
      execFileSync('mount', ['-o', 'remount,rw', data]);
      expect(await arena.connected(10_000)).toBe(true);
      expect((await create('700005')).status).toBe(200);
      expect(holds('700005')).toBe(1);
    } finally {
      await arena.agent.stop();
      execFileSync('umount', [data]);
      rmdirSync(data);
      renameSync(kept, data);
      await arena.agent.start();
    }
  }, 40_000);
});
