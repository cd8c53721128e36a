// Identifiers over all that is between a portal and a terminal: how numbers are written, what is nobody's business, large batches.
import fc from 'fast-check';
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

type Kind = (number: number, badge: string) => [object, string];
const guest = (name: string) => ({ identifier_owner: { type: 'guest', name } });
const within = (valid: object) => ({ valid: { ...always, ...valid } });
/** Every way in which an item can end by itself. */
const kinds: readonly Kind[] = [
  (number, badge) => [item(number, badge), 'created'],
  (number, badge) => [
    item(number, badge, within({ time: { is_permanent: false, from: 0, to: 2 ** 32 } })),
    'created',
  ],
  (number, badge) => [
    item(number, badge, within({ passes: { is_permanent: false, max_passes: 3 } })),
    'created',
  ],
  (number) => [item(number, '', guest(`Visita ${number}`)), 'created'],
  (number) => [item(number, 'nobody at all'), 'entity_not_found'],
  (number, badge) => [item(`x${number}`, badge), 'wrong_rule'],
  (_number, badge) => [item('01-00-00-00-00', badge), 'identifier_type_not_supported'],
  (number, badge) => [item(number, badge, { identifier_type: 'face_id' }), 'face_id_not_supported'],
  (number, badge) => [item(number, badge, { identifier_type: 'qr' }), 'identifier_type_not_supported'],
  (number, badge) => [item(number, badge, { lock: 'second' }), 'lock_not_available'],
  (number, badge) => [
    item(number, badge, within({ time: { is_permanent: false, from: 20, to: 20 } })),
    'invalid_time_rules_settings',
  ],
  (number, badge) => [
    item(number, badge, within({ passes: { is_permanent: false, max_passes: 0 } })),
    'wrong_rule',
  ],
  (number, badge) => [
    item(number, badge, { time_profiles: { link_ids: ['a'] } }),
    'bound_time_profile_doesnt_exist',
  ],
];

it('whatever is mixed into a batch of 500, it is answered as the terminal holds it afterwards', async () => {
  // Users without a card, and one with one.
  const held = large.users().filter(({ card }) => card !== 0);
  const numbers = held.slice(1, 600).map(({ card }) => ({ identifier_number: card }));
  const gone = await branch.call('DELETE', url('large', 'type=card'), { list_items: numbers });
  expect(new Set(infos(gone))).toEqual(new Set(['deleted']));
  const taken = held[0]!.card;
  const badges = large
    .users()
    .filter(({ card }) => card === 0)
    .map(({ userId }) => userId);
  let base = 2_000_000_000;
  const mixture = fc.array(fc.nat(kinds.length - 1), { minLength: 497, maxLength: 497 });
  await fc.assert(
    fc.asyncProperty(mixture, fc.nat(496), async (chosen, place) => {
      base += 10_000;
      const mixed = chosen.map((kind, n) => kinds[kind]!(base + n, badges[n]!));
      // The same number twice, written in two ways; and one that somebody has for good.
      const hex = (base + 9000).toString(16).padStart(8, '0').match(/../g)!.join(':');
      mixed.splice(place, 0, [item(base + 9000, badges[498]!), 'has_dublicates']);
      mixed.push([item(hex, badges[499]!), 'has_dublicates']);
      mixed.push([item(taken, badges[500]!), 'number_taken_by_another_identifier']);
      const { status, body } = await put(
        'large',
        'card',
        mixed.map(([asked]) => asked),
      );
      const results = body.result as {
        identifier_number: unknown;
        success: boolean;
        extended_info: string;
      }[];
      expect(status).toBe(200);
      expect(results.map(({ extended_info }) => extended_info)).toEqual(mixed.map(([, info]) => info));
      const cards = () => large.users().map(({ card }) => card);
      const on = results.filter(({ success }) => success).map(({ identifier_number }) => identifier_number);
      const own = (card: number) => card >= base && card < base + 10_000;
      expect(cards().filter(own).sort()).toEqual([...on].sort());
      expect(holders(large, taken)).toHaveLength(1);
      const list_items = on.map((identifier_number) => ({ identifier_number }));
      if (on.length === 0) return;
      const away = await branch.call('DELETE', url('large', 'type=card'), { list_items });
      expect(new Set(infos(away))).toEqual(new Set(['deleted']));
      expect(cards().filter(own)).toEqual([]);
    }),
    { numRuns: 3 },
  );
}, 180_000);

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
