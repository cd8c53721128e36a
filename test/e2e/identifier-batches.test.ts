// Identifiers over all that is between a portal and a terminal: how numbers are written, what is nobody's business, large batches.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import { type Branch, startBranch } from './branch.ts';
import type { Answer } from './client.ts';

let branch: Branch;
let live: SimulatedTerminal;
let large: SimulatedTerminal;
beforeAll(async () => {
  branch = await startBranch(
    {
      live: { settings: { users: 5, serialNumber: 'LIVE1' }, yaml: 'dialect: {one_client: false}' },
      large: { settings: { users: 1200, serialNumber: 'LARGE1' } },
    },
    { punches: 'every: 1' },
  );
  live = branch.terminals.get('live')!;
  large = branch.terminals.get('large')!;
});
afterAll(() => branch.stop());

const always = { time: { is_permanent: true }, passes: { is_permanent: true } };
const url = (device: string, query: string) => `/devices/${device}/access/identifiers?${query}`;
const put = (device: string, type: string, list_items: object[]) =>
  branch.call('PUT', url(device, `type=${type}`), { list_items });
const item = (identifier_number: string | number, name: string, more: object = {}) => ({
  identifier_number,
  identifier_owner: { type: 'owner', name },
  lock: 'all',
  valid: always,
  ...more,
});
const infos = ({ body }: Answer): string[] =>
  body.result.map(({ extended_info }: { extended_info: string }) => extended_info);
const holders = (terminal: SimulatedTerminal, card: number) =>
  terminal.users().filter((user) => user.card === card);

it('a number is written as the device says, and means the same', async () => {
  const badge = live.users()[0]!.userId;
  const path = '/devices/live/access/general/wiegand/type';
  expect((await branch.call('GET', path)).body).toEqual({ mode: 'decimal', type: 'wiegand_34' });
  expect((await branch.call('POST', path, { mode: 'hex', type: 'wiegand_26' })).status).toBe(200);
  const before = live.users()[0]!.card;
  if (before !== 0) {
    const gone = await branch.call('PUT', `/devices/live/users/${badge}`, { card: 0 });
    expect(gone.status).toBe(200);
  }
  expect(infos(await put('live', 'card', [item('44', badge), item('01-00-00-00', badge)]))).toEqual([
    'created',
    'wrong_rule',
  ]);
  expect(holders(live, 0x44).map(({ userId }) => userId)).toEqual([badge]);
  const listed = await branch.call('GET', url('live', 'type=card&number=44'));
  expect(listed.body).toMatchObject({ identifier_number: '00-44', identifier_owner: { name: badge } });
  expect((await branch.call('POST', path, { mode: 'decimal', type: 'wiegand_34' })).status).toBe(200);
  const single = await branch.call('DELETE', url('live', 'type=card&number=68'));
  expect(infos(single)).toEqual(['deleted']);
  expect(holders(live, 0x44)).toEqual([]);
  expect((await branch.call('GET', url('live', 'type=card&number=68'))).status).toBe(404);
});

it('a PIN is nobody else’s business: it is neither listed nor found where no rule governs it', async () => {
  const [, second] = live.users();
  expect(
    (await branch.call('PUT', `/devices/live/users/${second!.userId}`, { password: '4711' })).status,
  ).toBe(200);
  expect(infos(await branch.call('DELETE', url('live', 'type=inputCode&number=4711')))).toEqual([
    'not_found',
  ]);
  expect((await branch.call('GET', url('live', 'type=inputCode'))).body.list_items).toEqual([]);
  expect(infos(await put('live', 'inputCode', [item('4711', second!.userId)]))).toEqual([
    'number_of_identifiers_exceeded',
  ]);
});

it('a mixed batch of 500 is answered as the terminal holds it afterwards', async () => {
  // Users without a card, and one with one.
  const held = large.users().filter(({ card }) => card !== 0);
  const numbers = held.slice(1, 600).map(({ card }) => ({ identifier_number: card }));
  const gone = await branch.call('DELETE', url('large', 'type=card'), { list_items: numbers });
  expect(new Set(infos(gone))).toEqual(new Set(['deleted']));
  const taken = large.users().find(({ card }) => card !== 0);
  const badges = large
    .users()
    .filter(({ card }) => card === 0)
    .map(({ userId }) => userId);
  const good = (n: number) => item(3_000_000_000 + n, badges[n]!);
  const kinds: readonly ((n: number) => [object, string])[] = [
    (n) => [good(n), 'created'],
    (n) => [good(n), 'created'],
    (n) => [
      item(3_000_000_000 + n, '', { identifier_owner: { type: 'guest', name: `Visita ${n}` } }),
      'created',
    ],
    (n) => [item(3_000_000_000 + n, 'nobody at all'), 'entity_not_found'],
    (n) => [item(`x${n}`, badges[n]!), 'wrong_rule'],
    (n) => [item('01-00-00-00-00', badges[n]!), 'identifier_type_not_supported'],
    (n) => [{ ...good(n), identifier_type: 'face_id' }, 'face_id_not_supported'],
    (n) => [{ ...good(n), lock: 'second' }, 'lock_not_available'],
    (n) => [
      { ...good(n), valid: { ...always, time: { is_permanent: false, from: 20, to: 20 } } },
      'invalid_time_rules_settings',
    ],
    (n) => [
      { ...good(n), valid: { ...always, passes: { is_permanent: false, max_passes: 0 } } },
      'wrong_rule',
    ],
    (n) => [{ ...good(n), time_profiles: { link_ids: ['a'] } }, 'bound_time_profile_doesnt_exist'],
  ];
  const asked = Array.from({ length: 250 }, (_, n) => kinds[n % kinds.length]!(n));
  const twice = [item(999, badges[251]!), item('00-00-03-e7', badges[252]!)].map(
    (each) => [each, 'has_dublicates'] as [object, string],
  );
  const other: [object, string][] = [[item(taken!.card, badges[253]!), 'number_taken_by_another_identifier']];
  const more = Array.from(
    { length: 500 - asked.length - twice.length - other.length },
    (_, n): [object, string] => [
      item(2_000_000_000 + n, '', { identifier_owner: { type: 'guest', name: `Otra ${n}` } }),
      'created',
    ],
  );
  const all = [...asked, ...twice, ...other, ...more];
  const answer = await put(
    'large',
    'card',
    all.map(([each]) => each),
  );
  expect(answer.status).toBe(200);
  expect(infos(answer)).toEqual(all.map(([, info]) => info));
  const cards = new Set(large.users().map(({ card }) => card));
  for (const [each, info] of all) {
    const number = Number((each as { identifier_number: unknown }).identifier_number);
    if (info === 'created') expect([number, cards.has(number)]).toEqual([number, true]);
    else if (info !== 'number_taken_by_another_identifier')
      expect([number, cards.has(number)]).toEqual([number, false]);
  }
}, 120_000);

it('a thousand identifiers are one message, and wait for their time without being written', async () => {
  const next = Math.floor(Date.now() / 1000) + 86_400;
  const items = Array.from({ length: 1000 }, (_, n) =>
    item(String(4_000_000_000 + n * 7919), '', {
      identifier_owner: { type: 'guest', name: `Reunión ${n} de mañana` },
      valid: {
        time: { is_permanent: false, from: next + n, to: next + n + 3600 },
        passes: { is_permanent: false, max_passes: 5 },
      },
    }),
  );
  const before = live.users();
  const answer = await put('live', 'ukey', items);
  expect([answer.status, infos(answer).length, new Set(infos(answer))]).toEqual([
    200,
    1000,
    new Set(['created']),
  ]);
  expect(live.users()).toEqual(before);
  const last = await branch.call('GET', url('live', 'type=ukey&limit=50&page_number=20&sort_type=desc'));
  expect(last.body.list_option.pagination).toEqual({
    total_items: 1000,
    items_limit: 50,
    total_pages: 20,
    current_page: 20,
  });
  expect(last.body.list_items.at(-1)).toMatchObject({ identifier_number: '4000000000', state: 'waiting' });
}, 60_000);
