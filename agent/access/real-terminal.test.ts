// Rules on simulated terminals over the whole agent: small records, the user routes, the keypad, and a long batch.
import { describe, expect, it, vi } from 'vitest';
import type { IdentifierInfo, IdentifierWish } from '../../shared/domain/access-identifier.ts';
import type { SimulatedTerminal, TerminalSettings } from '../../test/terminal/terminal.ts';
import { Purges } from '../journal/purges.ts';
import { branchOfEachTest } from '../testing/branch-bench.ts';
import { wish } from './testing/room.ts';

const branch = branchOfEachTest({ users: 5 });

function start({ host, port }: SimulatedTerminal, more = ''): void {
  branch.agent.start(
    `punches: {every: 1, live: true}\ndevices:\n  - {id: principal, name: P, host: ${host}, port: ${port}, probe: 1${more}}\n`,
  );
}

/** Its users have neither card nor PIN. */
async function terminal(settings: TerminalSettings = {}): Promise<SimulatedTerminal> {
  const simulated = await branch.terminal(settings);
  for (const { userId } of simulated.users()) simulated.keypad.editUser(userId, { card: 0, password: '' });
  return simulated;
}

async function infos(op: string, args: object): Promise<IdentifierInfo[]> {
  const { data } = await branch.agent.run(op, 'principal', args);
  return (data as { infos: IdentifierInfo[] }).infos;
}

const put = (type: string, ...items: IdentifierWish[]) => infos('identifier.put', { type, items });
const guest = (number: string, name: string, more: Partial<IdentifierWish> = {}) =>
  wish(number, name, { owner: { type: 'guest', name }, ...more });
const user = (simulated: SimulatedTerminal, badge: string) =>
  simulated.users().find(({ userId }) => userId === badge);
const update = (user_id: string, fields: object) =>
  branch.agent.run('user.put', 'principal', { mode: 'update', user_id, fields });

describe('a terminal of small records', () => {
  it('holds cards, short codes, and guests under the greatest badge that it has', async () => {
    const simulated = await terminal({ width: 28 });
    start(simulated);
    expect(await put('card', guest('4294967295', 'Visita'), guest('5', 'De nombre largo'))).toEqual([
      'created',
      'wrong_rule',
    ]);
    expect(simulated.users().find(({ name }) => name === 'Visita')).toMatchObject({
      userId: '999999999',
      card: 4_294_967_295,
    });
    expect(await put('inputCode', wish('04711', '1001'), wish('047112', '1002'))).toEqual([
      'created',
      'identifier_type_not_supported',
    ]);
    expect(user(simulated, '1001')?.password).toBe('04711');
  });
});

describe('a number that a rule governs', () => {
  it('follows what the user routes write, and ends with its user', async () => {
    const simulated = await terminal();
    start(simulated);
    const to = Math.ceil(Date.now() / 1000) + 3;
    expect(
      await put('card', wish('501', '1001', { window: { from: to - 100, to } }), wish('502', '1002')),
    ).toEqual(['created', 'created']);
    expect(await update('1001', { card: 601 })).toMatchObject({ status: 'ok' });
    expect(await branch.agent.run('user.delete', 'principal', { user_id: '1002' })).toMatchObject({
      status: 'ok',
    });
    await simulated.until((at) => user(at, '1001')?.card === 0);
    expect(Date.now()).toBeGreaterThanOrEqual(to * 1000);
    expect(user(simulated, '1002')).toBeUndefined();
    const again = { mode: 'create', user_id: '1002', fields: { name: 'Nueva', card: 502 } };
    expect(await branch.agent.run('user.put', 'principal', again)).toMatchObject({ status: 'ok' });
    expect(await put('card', wish('502', '1002'))).toEqual(['updated']);
  });

  it('is put right when somebody changes it at the keypad', async () => {
    const simulated = await terminal();
    start(simulated, ', roster: strict');
    expect(await put('card', wish('501', '1001'))).toEqual(['created']);
    await simulated.until((at) => at.enabled);
    simulated.keypad.editUser('1001', { card: 999 });
    // Whoever asks next finds it.
    await branch.agent.run('user.list', 'principal', { refresh: true });
    await simulated.until((at) => user(at, '1001')?.card === 501);
  });
});

it('a batch of two hundred is as it was answered, each number once on the terminal', async () => {
  const simulated = await terminal({ users: 150 });
  start(simulated);
  const items = Array.from({ length: 200 }, (_, index) => wish(String(5001 + index), String(1001 + index)));
  const answers = await put('card', ...items);
  expect(answers.slice(0, 150)).toEqual(Array.from({ length: 150 }, () => 'created'));
  expect(answers.slice(150)).toEqual(Array.from({ length: 50 }, () => 'entity_not_found'));
  const cards = simulated.users().map(({ card }) => card);
  expect(cards).toEqual(Array.from({ length: 150 }, (_, index) => 5001 + index));
  const numbers = items.map(({ number }) => number);
  const deleted = await infos('identifier.delete', { type: 'card', numbers });
  expect(deleted.filter((info) => info === 'deleted')).toHaveLength(150);
  expect(simulated.users().every(({ card }) => card === 0)).toBe(true);
});

it('many guests go at once, and leave nothing in the journal by one purge for all', async () => {
  const simulated = await terminal();
  start(simulated);
  const items = Array.from({ length: 120 }, (_, index) => guest(String(5001 + index), `Visita ${index}`));
  expect(new Set(await put('card', ...items))).toEqual(new Set(['created']));
  const purges = vi.spyOn(Purges.prototype, 'run');
  const numbers = items.map(({ number }) => number);
  const deleted = await infos('identifier.delete', { type: 'card', numbers });
  expect(new Set(deleted)).toEqual(new Set(['deleted']));
  expect(simulated.users()).toHaveLength(5);
  expect(purges.mock.calls.length).toBeLessThan(10);
  purges.mockRestore();
});
