// A visitor's card with a window and two passes over the real path: API, broker, agent as a process, terminal; and what the cloud hears of it.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import { type Branch, startBranch } from './branch.ts';

const CARD = 1_850_186;
const BY_CARD = { verify: 2 };

let branch: Branch;
let terminal: SimulatedTerminal;
beforeAll(async () => {
  branch = await startBranch(
    { principal: { settings: { users: 5 }, yaml: 'dialect: {one_client: false}' } },
    { punches: 'every: 1' },
  );
  terminal = branch.terminals.get('principal')!;
});
afterAll(() => branch.stop());

const path = '/devices/principal/access/identifiers?type=card';
const held = (card: number) => terminal.users().find((user) => user.card === card);

function visitor(card: number, from: number, to: number, max: number | null) {
  const passes = max === null ? { is_permanent: true } : { is_permanent: false, max_passes: max };
  return {
    identifier_number: card,
    identifier_owner: { type: 'guest', name: `Visita ${card}` },
    lock: 'all',
    valid: { time: { is_permanent: false, from, to }, passes },
  };
}

async function put(item: object): Promise<string> {
  const { status, body } = await branch.call('PUT', path, { list_items: [item] });
  expect(status).toBe(200);
  return body.result[0].extended_info;
}

async function told(card: number): Promise<string[]> {
  const { body } = await branch.call('GET', '/events?types=rule.on,rule.off&limit=500');
  const { userId } = badges.get(card) ?? {};
  return body.data
    .filter(({ data }: { data: { user_id: string } }) => data.user_id === userId)
    .map(({ type, data }: { type: string; data: { reason: string } }) => `${type} ${data.reason}`);
}
/** The badges that guests had while their cards stood there. */
const badges = new Map<number, { readonly userId: string }>();

const soon = (seconds: number) => Math.ceil(Date.now() / 1000) + seconds;

it('is on at its beginning, off within a second of the second pass, and told to the cloud', async () => {
  const from = soon(2);
  expect(await put(visitor(CARD, from, from + 60, 2))).toBe('created');
  expect(held(CARD)).toBeUndefined();
  await terminal.until(() => held(CARD) !== undefined, 8000);
  expect(Date.now()).toBeGreaterThanOrEqual(from * 1000 - 50);
  badges.set(CARD, held(CARD)!);
  const { userId } = held(CARD)!;
  terminal.punch(userId, BY_CARD);
  // The first live event of a terminal is compared with its log.
  await expect
    .poll(async () => (await branch.call('GET', `${path}&number=${CARD}`)).body.additional?.passes_left, {
      timeout: 8000,
    })
    .toBe(1);
  terminal.punch(userId, BY_CARD);
  const punchedAt = Date.now();
  await terminal.until(() => held(CARD) === undefined);
  expect(Date.now() - punchedAt).toBeLessThan(1000);
  await expect.poll(() => told(CARD), { timeout: 10_000 }).toEqual(['rule.on window', 'rule.off passes']);
});

it('is kept to its window while the broker is down and the agent dies, and the cloud hears of it afterwards', async () => {
  const card = CARD + 1;
  const [agent] = branch.system.agents;
  const from = soon(3);
  expect(await put(visitor(card, from, from + 5, null))).toBe('created');
  await branch.system.broker.restart(async () => {
    agent!.kill();
    await terminal.until(() => held(card) !== undefined, 10_000);
    expect(Date.now()).toBeGreaterThanOrEqual(from * 1000 - 50);
    badges.set(card, held(card)!);
    agent!.kill();
    await terminal.until(() => held(card) === undefined, 15_000);
    expect(Date.now()).toBeGreaterThanOrEqual((from + 5) * 1000 - 50);
    await terminal.until(() => terminal.users().length === 5);
  });
  await expect.poll(() => told(card), { timeout: 20_000 }).toEqual(['rule.on window', 'rule.off window']);
});
