import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import { type Answer, type Running, settled, startForTest } from './client.ts';

let running: Running;
let terminal: SimulatedTerminal;
beforeAll(async () => {
  running = await startForTest({ terminals: { principal: { users: 40, latency: { perWriteMs: 30 } } } });
  terminal = running.system.terminals!.principal;
});
afterAll(() => running.stop());

const holds = (userId: string) => terminal.users().filter((user) => user.userId === userId).length;

describe('when the agent is killed while calls arrive', () => {
  it('loses no acknowledged write, doubles none, and every call settles to what the terminal holds', async () => {
    const { call, system } = running;
    const answers = new Map<string, Answer>();
    const callers = Array.from({ length: 4 }, async (_, caller) => {
      for (let turn = 0; turn < 12; turn++) {
        const userId = `${50_000 + caller * 100 + turn}`;
        answers.set(
          userId,
          await call('POST', '/devices/principal/users', { user_id: userId, name: `C${caller}` }),
        );
        if (caller === 0 && turn % 4 === 2) system.agents[0]!.kill();
      }
    });
    await Promise.all(callers);

    const counted = { ok: 0, later: 0, offline: 0 };
    for (const [userId, { status, body }] of answers) {
      if (status === 200) {
        counted.ok++;
        expect([userId, holds(userId)]).toEqual([userId, 1]);
      } else if (status === 202) {
        counted.later++;
        const { data } = (await settled(call, body.operation_id, 40_000)).body;
        expect([userId, data.state, holds(userId)]).toEqual([
          userId,
          holds(userId) === 1 ? 'succeeded' : data.state,
          holds(userId),
        ]);
        expect(['succeeded', 'failed', 'expired']).toContain(data.state);
      } else {
        counted.offline++;
        expect([userId, status, body.code, holds(userId)]).toEqual([userId, 503, 'agent_offline', 0]);
      }
    }
    expect(counted.ok).toBeGreaterThan(0);
    expect(counted.ok + counted.later + counted.offline).toBe(48);
    await terminal.until((at) => at.enabled, 30_000);
    expect(terminal.violations).toEqual([]);
  }, 120_000);

  it('answers 503 agent_offline with Retry-After while no agent is there', async () => {
    const { call, system } = running;
    await system.agents[0]!.stop();
    const answer = await call('POST', '/devices/principal/users', { user_id: '60001', name: 'Nadie' });
    expect(answer).toMatchObject({ status: 503, body: { code: 'agent_offline' } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    await system.agents[0]!.start();
    expect(holds('60001')).toBe(0);
  });
});
