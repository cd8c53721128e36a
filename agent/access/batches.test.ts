// Batches: each item is answered by itself, and each answer is true.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { type IdentifierWish, isSuccess } from '../../shared/domain/access-identifier.ts';
import { folderOfEachTest } from '../testing/folder.ts';
import { heldIn, isWanted, slotOf } from './rule.ts';
import { DEVICE, Room, wish } from './testing/room.ts';

const folder = folderOfEachTest();
let room: Room;
beforeEach(() => {
  room = new Room(folder());
  room.add('7', { name: 'Ana' });
  room.add('8', { name: 'Luis', card: 800, password: '8888' });
  room.add('9', { name: 'Eva' });
});
afterEach(() => room.stop());

const guest = (number: string, name: string, more: Partial<IdentifierWish> = {}) =>
  wish(number, name, { owner: { type: 'guest', name }, ...more });

describe('a batch', () => {
  it('answers each item by itself', async () => {
    room.add('10', { name: 'Luis' });
    const past = { from: 10, to: 10 };
    const infos = await room.put(
      'card',
      wish('5', '7'),
      wish('800', '7'),
      wish('900', '8'),
      wish('61', 'Nadie'),
      wish('62', 'Luis'),
      wish('4294967296', '9'),
      wish('x', '9'),
      wish('0', '9'),
      wish('11', '9', { window: past }),
      wish('12', '9', { lock: 'second' }),
      wish('13', '9'),
      wish('0013', '9'),
      wish('14', '9', { new_type: 'face_id' }),
      wish('15', '9', { new_type: 'qr' }),
      wish('16', 'Eva'),
      wish('17', '9'),
      guest('18', 'Una visita de nombre demasiado largo'),
    );
    expect(infos).toEqual([
      'created',
      'number_taken_by_another_identifier',
      'number_of_identifiers_exceeded',
      'entity_not_found',
      'owner_ambiguous',
      'identifier_type_not_supported',
      'wrong_rule',
      'wrong_rule',
      'invalid_time_rules_settings',
      'lock_not_available',
      'has_dublicates',
      'has_dublicates',
      'face_id_not_supported',
      'identifier_type_not_supported',
      'created',
      'number_of_identifiers_exceeded',
      'wrong_rule',
    ]);
    expect(room.users.map(({ card }) => card)).toEqual([5, 800, 16, 0]);
  });

  it('moves and swaps numbers in one order', async () => {
    await room.put('card', wish('5', '7'), wish('6', '9'));
    const before = room.orders.length;
    expect(await room.put('card', wish('5', '9'), wish('6', '7'))).toEqual([
      'number_of_identifiers_exceeded',
      'number_of_identifiers_exceeded',
    ]);
    expect(await room.put('card', wish('800', '8'))).toEqual(['updated']);
    expect(
      await room.put('card', wish('6', 'X', { owner: { type: 'guest', name: 'X' } }), wish('5', '9')),
    ).toEqual(['updated', 'updated']);
    expect(room.orders.length - before).toBe(1);
    expect(room.user('7')?.card).toBe(0);
    expect(room.user('9')?.card).toBe(5);
    expect(room.user('999999999')?.card).toBe(6);
  });

  it('judges what no rule can be, and still counts it where a batch names a number twice', async () => {
    const window = (from: number, to: number) => ({ window: { from, to } });
    const before = await room.list('card');
    expect(
      await room.put(
        'card',
        wish('1', '7', { max_passes: 0 }),
        wish('2', '7', { max_passes: 2 ** 40 }),
        wish('3', ''),
        wish('4', 'a\u0000b', { owner: { type: 'guest', name: 'a\u0000b' } }),
        wish('5', '7', window(-5, 10)),
        wish('6', '7', window(10, 1e15)),
        wish('7', '7', { has_profiles: true }),
        wish('9'.repeat(2000), '7'),
        wish('', '7'),
        wish('8', '7', { max_passes: -1 }),
        wish('08', '7'),
      ),
    ).toEqual([
      'wrong_rule',
      'wrong_rule',
      'wrong_rule',
      'wrong_rule',
      'invalid_time_rules_settings',
      'invalid_time_rules_settings',
      'bound_time_profile_doesnt_exist',
      'wrong_rule',
      'wrong_rule',
      'has_dublicates',
      'has_dublicates',
    ]);
    expect(await room.list('card')).toEqual(before);
  });

  it('keeps nothing where the terminal is away, and says so', async () => {
    room.goAway();
    expect(await room.put('card', wish('5', '7'), wish('x', '7'))).toEqual([
      'terminal_unreachable',
      'wrong_rule',
    ]);
    room.comeBack();
    await room.pass(60_000);
    expect(await room.list('card', { number: '5' })).toMatchObject({ total: 0 });
  });

  it('keeps nothing of what the terminal refuses', async () => {
    room.refuses = ({ args }) => args.user_id === '7';
    expect(await room.put('card', wish('5', '7'), wish('6', '9'))).toEqual(['terminal_refused', 'created']);
    expect(await room.list('card', { number: '5' })).toMatchObject({ total: 0 });
  });

  it('comes to the same answer when the agent dies in it', async () => {
    for (let turns = 0; turns < 12; turns++) {
      const id = `01ARZ3NDEKTSV4RRFFQ69G5F${String(turns + 10)}`;
      const args = { type: 'card', items: [wish(String(turns + 20), '7'), wish(String(turns + 50), '8')] };
      room.begin('identifier.put', args, id);
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      room.restart();
      expect(await room.ask('identifier.put', args, id)).toEqual([
        'created',
        'number_of_identifiers_exceeded',
      ]);
      expect(room.user('7')?.card).toBe(turns + 20);
      expect(await room.ask('identifier.delete', { type: 'card', numbers: [String(turns + 20)] })).toEqual([
        'deleted',
      ]);
    }
  });

  it('leaves no trace of PINs that no rule governs', async () => {
    expect(await room.put('inputCode', wish('8888', '8'))).toEqual(['number_of_identifiers_exceeded']);
    expect(await room.put('inputCode', wish('1', '8'))).toEqual(['number_of_identifiers_exceeded']);
    expect(await room.ask('identifier.delete', { type: 'inputCode', numbers: ['8888'] })).toEqual([
      'not_found',
    ]);
    expect(await room.list('inputCode')).toMatchObject({ total: 0 });
    expect(await room.put('inputCode', wish('123456789', '7'))).toEqual(['identifier_type_not_supported']);
  });

  it('deletes cards that no rule governs', async () => {
    expect(await room.ask('identifier.delete', { type: 'card', numbers: ['800', '3'] })).toEqual([
      'deleted',
      'not_found',
    ]);
    expect(room.user('8')?.card).toBe(0);
  });
});

describe('a card that another user has, too', () => {
  const past = { window: { from: 1, to: 2 } };
  const deleted = (number: string) => room.ask('identifier.delete', { type: 'card', numbers: [number] });
  const holders = (card: number) =>
    room.users.filter((user) => user.card === card).map(({ userId }) => userId);

  it('is listed as his once the rule that knew it is over, and is not given away', async () => {
    expect(await room.put('card', wish('5', '7', past))).toEqual(['created']);
    room.cloudWrites('9', { card: 5 });
    expect(await room.list('card', { number: '5' })).toMatchObject({
      total: 1,
      data: [{ owner: { name: '9' }, state: 'active', on_terminal: true }],
    });
    expect(await room.put('card', guest('5', 'Una'), wish('6', '7'))).toEqual([
      'number_taken_by_another_identifier',
      'created',
    ]);
    expect(holders(5)).toEqual(['9']);
    expect(await deleted('5')).toEqual(['deleted']);
    expect(holders(5)).toEqual([]);
    expect(await room.list('card', { number: '5' })).toMatchObject({ total: 0 });
  });

  it('is listed twice while a rule governs it at one of them, and goes from both', async () => {
    await room.put('card', wish('5', '7'));
    room.cloudWrites('9', { card: 5 });
    expect(await room.list('card', { number: '5' })).toMatchObject({
      total: 2,
      data: [{ owner: { name: '9' } }, { owner: { name: '7' } }],
    });
    expect(await room.put('card', wish('5', '7', past))).toEqual(['number_taken_by_another_identifier']);
    expect(await room.put('card', wish('5', '9'))).toEqual(['updated']);
    expect(holders(5)).toEqual(['9']);
    room.edit('7', { card: 5 });
    expect(await deleted('5')).toEqual(['deleted']);
    expect(holders(5)).toEqual([]);
  });

  it('is taken from whom it was moved when nobody can tell whether it was', async () => {
    await room.put('card', wish('5', '7', { max_passes: 3 }));
    room.punch('7', 2);
    room.loses = ({ args }) => args.user_id === '7';
    expect(await room.put('card', wish('5', '9', { max_passes: 3 }))).toEqual(['unknown_outcome']);
    room.loses = null;
    await room.pass(5000);
    expect(holders(5)).toEqual(['9']);
    expect(await room.list('card', { number: '5' })).toMatchObject({
      total: 1,
      data: [{ owner: { name: '9' }, passes_left: 2, state: 'active' }],
    });
    expect(await room.put('card', wish('5', '9'))).toEqual(['updated']);
  });

  it('does not come back without limits with a user who is restored', async () => {
    await room.put('card', wish('5', '7', { max_passes: 1 }));
    room.cloudDeletes('7');
    await room.pass(1000);
    expect(await room.put('card', wish('5', '9'))).toEqual(['created']);
    room.add('7', { name: 'Ana', card: 5 });
    room.access.written(DEVICE, 'user.restore', { user_id: '7' });
    await room.pass(1000);
    expect(holders(5)).toEqual(['9']);
  });
});

describe('where the Wiegand type does not let a number in', () => {
  it('one that is there is found and deleted all the same', async () => {
    room.edit('8', { card: 0x1_00_00_01 });
    await room.setWiegand({ mode: 'decimal', type: 'wiegand_26' });
    expect(await room.put('card', wish('16777217', '8'))).toEqual(['wrong_rule']);
    expect(await room.list('card', { number: '16777217' })).toMatchObject({ total: 1 });
    expect(await room.ask('identifier.delete', { type: 'card', numbers: ['16777217'] })).toEqual(['deleted']);
    expect(room.user('8')?.card).toBe(0);
  });
});

it('fewer passes than were counted end it, from that moment on', async () => {
  await room.put('card', wish('5', '7', { max_passes: 3 }));
  room.punch('7', 2);
  room.punch('7', 2);
  await room.put('card', wish('5', '7', { max_passes: 2 }));
  expect(room.user('7')?.card).toBe(0);
  expect(await room.list('card', { number: '5' })).toMatchObject({ total: 1, data: [{ state: 'used_up' }] });
  expect(room.store.rules(DEVICE)[0]?.usedUpAt).toBeGreaterThan(0);
});

it('is answered when its device is gone meanwhile: nobody can tell what became of it', async () => {
  room.isSlow = true;
  const asked = room.put('card', wish('5', '7'));
  await room.turns(2);
  room.isSlow = false;
  while (room.store.tasks().length === 0) await room.turns(1);
  room.access.deviceGone(DEVICE);
  expect(await asked).toEqual(['unknown_outcome']);
  expect(room.store.tasks()).toEqual([]);
});

test('what a mixed batch is told to have changed is so, and nothing else has changed', async () => {
  for (let badge = 20; badge < 40; badge++) room.add(String(badge), { card: badge % 3 === 0 ? badge : 0 });
  const item = fc.record({
    number: fc.integer({ min: 0, max: 60 }).map(String),
    owner: fc.oneof(
      fc.integer({ min: 18, max: 42 }).map((name) => ({ type: 'owner' as const, name: String(name) })),
      fc.constantFrom('Una', 'Dos', 'Tres').map((name) => ({ type: 'guest' as const, name })),
    ),
    lock: fc.constantFrom('first' as const, 'second' as const, 'all' as const),
    window: fc.constantFrom(null, { from: 5, to: 5 }, { from: 1, to: 2 }, { from: 1, to: 9_000_000_000 }),
    max_passes: fc.constantFrom(null, 1),
  });
  const batch = fc.record({
    type: fc.constantFrom('card' as const, 'card' as const, 'ukey' as const, 'inputCode' as const),
    items: fc.array(item, { minLength: 1, maxLength: 20 }),
    refused: fc.option(fc.integer({ min: 20, max: 40 }).map(String)),
    // Somebody is given a card for good, whoever else has it.
    given: fc.option(fc.tuple(fc.integer({ min: 20, max: 39 }).map(String), fc.integer({ min: 1, max: 60 }))),
  });
  await fc.assert(
    fc.asyncProperty(batch, async ({ type, items, refused, given }) => {
      if (given !== null && room.user(given[0]) !== undefined) room.cloudWrites(given[0], { card: given[1] });
      const before = new Map(room.store.rules(DEVICE).map((rule) => [`${rule.type}/${rule.value}`, rule]));
      const users = new Map(room.users.map((user) => [user.userId, user]));
      room.refuses = ({ args }) => args.user_id === refused;
      const infos = await room.put(type, ...items);
      const now = room.now();
      expect(infos).toHaveLength(items.length);
      const touched = new Set<string>();
      for (const [index, info] of infos.entries()) {
        const { number, owner, window, max_passes } = items[index]!;
        const rule = room.store.rules(DEVICE).find((each) => each.type === type && each.value === number);
        const previous = before.get(`${type}/${number}`);
        if (!isSuccess(info)) continue;
        expect(rule).toMatchObject({ owner, window, max_passes });
        const record = room.user(rule!.userId);
        const held = record === undefined ? null : heldIn(record, slotOf(type));
        expect(held === number).toBe(isWanted(rule!, now));
        const others = room.users.filter((user) => user.userId !== rule!.userId);
        if (slotOf(type) === 'card') expect(others.filter(({ card }) => String(card) === number)).toEqual([]);
        for (const userId of [rule!.userId, previous?.userId]) if (userId !== undefined) touched.add(userId);
      }
      const successes = items.filter((_item, index) => isSuccess(infos[index]!)).map(({ number }) => number);
      for (const rule of before.values()) {
        const isReplaced = touched.has(rule.userId);
        const isNamed = successes.includes(rule.value) && slotOf(rule.type) === slotOf(type);
        if (!isReplaced && !isNamed)
          expect(room.store.rule(DEVICE, rule.id)).toMatchObject({ value: rule.value, window: rule.window });
      }
      room.refuses = null;
      await room.pass(7000);
      for (const [userId, user] of users) {
        if (touched.has(userId)) continue;
        const record = room.user(userId);
        expect([record?.userId, record?.card, record?.password]).toEqual([userId, user.card, user.password]);
      }
    }),
    { numRuns: 40, interruptAfterTimeLimit: 40_000 },
  );
});
