import { describe, expect, it } from 'vitest';
import type { IdentifierInfo } from '../shared/domain/access-identifier.ts';
import { freshKey, unseal } from '../shared/domain/sealed.ts';
import type { RuleEvent } from '../shared/wire/events.ts';
import type { SimulatedTerminal } from '../test/terminal/terminal.ts';
import { askStatus } from './status-socket.ts';
import { branchOfEachTest } from './testing/branch-bench.ts';

const branch = branchOfEachTest({ users: 5 });

const CARD = 1_850_186;
/** Verified by card, as punches tell it. */
const BY_CARD = { verify: 2 };

function start(simulated: SimulatedTerminal, punches = '{every: 1, live: true}'): void {
  const { host, port } = simulated;
  branch.agent.start(
    `punches: ${punches}\ndevices:\n  - {id: principal, name: P, host: ${host}, port: ${port}}\n`,
  );
}

async function put(fields: object = {}): Promise<IdentifierInfo[]> {
  const item = {
    number: String(CARD),
    owner: { type: 'guest', name: 'Visita' },
    lock: 'all',
    window: null,
    max_passes: null,
  };
  const args = { type: 'card', items: [{ ...item, ...fields }] };
  const { data } = await branch.agent.run('identifier.put', 'principal', args);
  return (data as { infos: IdentifierInfo[] }).infos;
}

async function list() {
  const key = freshKey();
  const args = { type: 'card', limit: 10, page: 1, sort: 'asc', key };
  const { data } = await branch.agent.run('identifier.list', 'principal', args);
  const { sealed } = data as { sealed: string };
  return (await unseal(sealed, key)) as { total: number; data: object[] };
}

const seconds = (ms: number) => Math.ceil((Date.now() + ms) / 1000);
const holder = (simulated: SimulatedTerminal) => simulated.users().find(({ card }) => card === CARD);
const told = () =>
  branch.agent.link.batches
    .flatMap(({ events }) => events)
    .filter((event): event is RuleEvent => event.type.startsWith('rule.'));

describe('a visitor', () => {
  it('has a card from the beginning of its window until its last pass, and leaves nothing', async () => {
    const simulated = await branch.terminal();
    start(simulated);
    const from = seconds(1000);
    expect(await put({ window: { from, to: from + 60 }, max_passes: 2 })).toEqual(['created']);
    expect(holder(simulated)).toBeUndefined();
    await simulated.until((at) => holder(at) !== undefined);
    expect(Date.now()).toBeGreaterThanOrEqual(from * 1000);
    const { userId } = holder(simulated)!;
    simulated.punch(userId, BY_CARD);
    simulated.punch(userId, BY_CARD);
    const punchedAt = Date.now();
    await simulated.until((at) => holder(at) === undefined);
    expect(Date.now() - punchedAt).toBeLessThan(1000);
    await simulated.until((at) => at.users().length === 5);
    await branch.agent.link.until(() => told().find(({ type }) => type === 'rule.off'));
    expect(told().map(({ type, reason }) => [type, reason])).toEqual([
      ['rule.on', 'window'],
      ['rule.off', 'passes'],
    ]);
    const ended = { number: String(CARD), state: 'used_up', passes_left: 0, on_terminal: false };
    expect((await list()).data).toContainEqual(expect.objectContaining(ended));
  });

  it('is let in no longer than his window, though the agent is dead or offline in between', async () => {
    const simulated = await branch.terminal();
    start(simulated);
    const to = seconds(2000);
    expect(await put({ window: { from: to - 100, to } })).toEqual(['created']);
    expect(holder(simulated)).toBeDefined();
    await branch.agent.stop();
    await expect.poll(() => Date.now() > to * 1000, { timeout: 5000 }).toBe(true);
    expect(holder(simulated)).toBeDefined();
    start(simulated);
    branch.agent.link.isUp = false;
    await simulated.until((at) => holder(at) === undefined);
  });

  it('is let out soon after his last pass, though the terminal was away when he made it', async () => {
    const simulated = await branch.terminal({ oneClient: 'close' });
    start(simulated, '{every: 1}');
    expect(await put({ max_passes: 1 })).toEqual(['created']);
    const back = simulated.reboot(4500);
    simulated.punch(holder(simulated)!.userId, BY_CARD);
    await back;
    await simulated.until((at) => holder(at) === undefined, 2000);
  });

  it('is promised no number of passes where punches are not collected', async () => {
    const simulated = await branch.terminal();
    start(simulated, '{every: 0}');
    expect(await put({ max_passes: 2 })).toEqual(['wrong_rule']);
    expect(await put({ window: { from: 1, to: seconds(60_000) } })).toEqual(['created']);
    await branch.agent.link.until(() => told().find(({ type }) => type === 'rule.on'));
  });

  it('is let out as soon as the terminal is there again, and it is told that he was overdue', async () => {
    const simulated = await branch.terminal();
    start(simulated);
    const to = seconds(1500);
    expect(await put({ window: { from: to - 100, to } })).toEqual(['created']);
    const back = simulated.reboot(to * 1000 - Date.now() + 2000);
    await branch.agent.link.until(() => told().find(({ type }) => type === 'rule.overdue'));
    expect(holder(simulated)).toBeDefined();
    expect((await askStatus(branch.agent.folder, 5000))?.rules).toEqual({ kept: 1, overdue: 1 });
    await back;
    await simulated.until((at) => holder(at) === undefined, 2000);
  });
});
