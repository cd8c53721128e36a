// Rules as callers and people at the terminal meet them, on a terminal in memory and a clock that the test moves.
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderOfEachTest } from '../testing/folder.ts';
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

const seconds = (ms: number) => Math.floor((room.now() + ms) / 1000);
const window = (from: number, to: number) => ({ from: seconds(from), to: seconds(to) });
const types = () => room.events.map(({ type, reason }) => `${type} ${reason}`);

describe('a number with a window', () => {
  it('comes on at its beginning and goes off at its end', async () => {
    expect(await room.put('card', wish('5', '7', { window: window(10_000, 20_000) }))).toEqual(['created']);
    expect(room.user('7')?.card).toBe(0);
    await room.pass(11_000);
    expect(room.user('7')?.card).toBe(5);
    await room.pass(10_000);
    expect(room.user('7')?.card).toBe(0);
    expect(types()).toEqual(['rule.on window', 'rule.off window']);
  });

  it('goes off at its end, too, if that comes while the agent looks what is due', async () => {
    for (let before = 1; before <= 12; before++) {
      const to = Math.floor(room.told / 1000) + 5;
      await room.put('card', wish(`${before}`, '7', { window: { from: to - 6, to } }));
      await room.pass(to * 1000 - room.told - before);
      expect([before, room.user('7')?.card]).toEqual([before, before]);
      room.readMs = 1;
      room.access.timeMoved();
      room.readMs = 0;
      await room.pass(100);
      expect([before, room.user('7')?.card]).toEqual([before, 0]);
    }
  });

  it('goes off after a restart in which it ended, before anything else', async () => {
    await room.put('card', wish('5', '7', { window: window(-1000, 20_000) }));
    expect(room.user('7')?.card).toBe(5);
    room.restart(30_000);
    await room.quiet();
    expect(room.user('7')?.card).toBe(0);
    expect(room.orders.at(-1)).toBe('overdue');
  });

  it('goes off at its end, too, if another terminal has something to do just when it is due', async () => {
    const to = seconds(5000);
    await room.put('card', wish('5', '7', { window: { from: to - 6, to } }));
    const [rule] = room.store.rules(DEVICE);
    await room.pass(to * 1000 - room.told - 1);
    room.store.putRule({ ...rule!, id: 'other', device: 'other', userId: '70', window: null });
    room.readMs = 1;
    room.access.written('other', 'user.delete', { user_id: '70' });
    room.readMs = 0;
    expect(room.told).toBeGreaterThan(to * 1000);
    await room.pass(100);
    expect(room.user('7')?.card).toBe(0);
  });

  it('goes off at its end, too, if the terminal could not be asked when nothing was due yet', async () => {
    await room.put('card', wish('5', '7', { window: window(-1000, 10_000) }));
    room.isReachable = false;
    room.restart();
    await room.pass(2000);
    room.isReachable = true;
    await room.pass(7000);
    expect(room.user('7')?.card).toBe(5);
    await room.pass(1500);
    expect(room.user('7')?.card).toBe(0);
  });

  it('is overdue while the terminal is away at its end, and goes off when it is back', async () => {
    await room.put('card', wish('5', '7', { window: window(-1000, 5000) }));
    room.goAway();
    await room.pass(10_000);
    expect(await room.list('ukey')).toMatchObject({ total: 0 });
    expect(types()).toEqual(['rule.on asked', 'rule.overdue window']);
    expect(room.user('7')?.card).toBe(5);
    room.comeBack();
    await room.quiet();
    expect(room.user('7')?.card).toBe(0);
    expect(types().at(-1)).toBe('rule.off window');
  });
});

describe('a number with passes', () => {
  it('goes off with the last one, each punch counted once, also over restarts', async () => {
    await room.put('card', wish('5', '7', { max_passes: 2 }));
    const first = room.punch('7', 2);
    room.restart();
    room.access.punched(first, false);
    await room.quiet();
    expect((await room.list('card', { number: '5' })).data[0]).toMatchObject({
      passes_left: 1,
      state: 'active',
    });
    room.punch('7', 1);
    room.punch('7', 0);
    await room.quiet();
    expect(room.user('7')?.card).toBe(5);
    room.punch('7', 2);
    await room.quiet();
    expect(room.user('7')?.card).toBe(0);
    expect((await room.list('card', { number: '5' })).data[0]).toMatchObject({
      passes_left: 0,
      state: 'used_up',
    });
    expect(types()).toEqual(['rule.on asked', 'rule.off passes']);
  });

  it('counts a punch that was noted before a death and is only told again', async () => {
    await room.put('card', wish('5', '7', { max_passes: 1 }));
    const at = Math.floor(room.now() / 1000) * 1000;
    room.restart();
    const noted = {
      type: 'punch',
      id: 'pch_noted',
      device: DEVICE,
      serial: 'A',
      user_id: '7',
      punch: 0,
    } as const;
    const local = new Date(at).toISOString().slice(0, 19);
    room.access.punched({ ...noted, local, at, status: 2, source: 'live' }, false);
    await room.quiet();
    expect(room.user('7')?.card).toBe(0);
  });

  it('comes on again when they are reset', async () => {
    await room.put('inputCode', wish('0044', '7', { max_passes: 1 }));
    room.punch('7', 3);
    await room.quiet();
    expect(room.user('7')?.password).toBe('');
    expect(await room.ask('identifier.reset', { type: 'inputCode', number: '0044' })).toEqual(['updated']);
    expect(room.user('7')?.password).toBe('0044');
    expect(await room.ask('identifier.reset', { type: 'inputCode', number: '1' })).toEqual(['not_found']);
  });

  it('does not count what was punched before', async () => {
    const at = Math.floor(room.now() / 1000) * 1000 - 5000;
    await room.put('card', wish('5', '7', { max_passes: 1 }));
    room.punch('7', 2, { source: 'log', at });
    await room.quiet();
    expect(room.user('7')?.card).toBe(5);
  });
});

describe('at the keypad', () => {
  it('a number that was changed is put right, and told', async () => {
    await room.put('card', wish('5', '7'));
    room.edit('7', { card: 99 });
    room.see();
    await room.quiet();
    expect(room.user('7')?.card).toBe(5);
    expect(types().at(-1)).toBe('rule.restored keypad');
  });

  it('what was changed while the agent was dead is put right when it comes back', async () => {
    await room.put('card', wish('5', '7'));
    room.edit('7', { card: 0 });
    room.restart();
    await room.quiet();
    expect(room.user('7')?.card).toBe(5);
  });

  it('a number that is not due is taken off again', async () => {
    await room.put('card', wish('5', '7', { window: window(60_000, 90_000) }));
    room.edit('7', { card: 5 });
    room.see();
    await room.quiet();
    expect(room.user('7')?.card).toBe(0);
    expect(types()).toEqual(['rule.restored keypad']);
  });

  it('another number in the slot of a rule that waits stays, and the rule fails', async () => {
    await room.put('card', wish('5', '7', { window: window(5000, 90_000) }));
    room.edit('7', { card: 99 });
    await room.pass(10_000);
    expect(room.user('7')?.card).toBe(99);
    expect(types()).toEqual(['rule.failed keypad']);
    room.edit('7', { card: 0 });
    room.see();
    await room.quiet();
    expect(room.user('7')?.card).toBe(5);
  });

  it('a user who is deleted loses his rules', async () => {
    await room.put('card', wish('5', '7'));
    room.remove('7');
    room.see();
    await room.quiet();
    expect(types().at(-1)).toBe('rule.off user_deleted');
    expect(await room.list('card', { number: '5' })).toMatchObject({ total: 0 });
  });
});

describe('by the user routes', () => {
  it('another number of an active rule is the number of the rule', async () => {
    await room.put('card', wish('5', '7', { window: window(-1000, 10_000) }));
    room.cloudWrites('7', { card: 99 });
    await room.pass(5000);
    expect(room.user('7')?.card).toBe(99);
    await room.pass(6000);
    expect(room.user('7')?.card).toBe(0);
  });

  it('no number ends it, and what is written over one that waits holds', async () => {
    await room.put('card', wish('5', '7'), wish('6', '9', { window: window(5000, 9000) }));
    room.cloudWrites('7', { card: 0 });
    room.cloudWrites('9', { card: 6 });
    await room.pass(20_000);
    expect([room.user('7')?.card, room.user('9')?.card]).toEqual([0, 6]);
    expect(await room.list('card')).toMatchObject({
      total: 2,
      data: [{ number: '6', window: null }, { number: '800' }],
    });
  });

  it('is not put right while nobody knows what became of the write', async () => {
    await room.put('card', wish('5', '7'));
    room.doubtful.add('7');
    room.edit('7', { card: 99 });
    room.see();
    room.restart();
    await room.pass(3000);
    expect(room.user('7')?.card).toBe(99);
    room.access.written('principal', 'user.put', { mode: 'update', user_id: '7', fields: { card: 99 } });
    room.doubtful.clear();
    await room.pass(3000);
    expect(room.user('7')?.card).toBe(99);
    expect(types()).toEqual(['rule.on asked']);
  });

  it('a user who is restored does not get back without limits what he had within some', async () => {
    await room.put('card', wish('5', '7', { window: window(-1000, 60_000) }));
    await room.put('inputCode', wish('44', '7'));
    room.cloudDeletes('7');
    await room.pass(1000);
    room.restart();
    room.cloudDeletes('7');
    room.add('7', { name: 'Ana', card: 5, password: '44' });
    room.access.written('principal', 'user.restore', { user_id: '7' });
    await room.pass(1000);
    expect(room.user('7')).toMatchObject({ card: 0, password: '44' });
  });

  it('a user who is deleted takes his rules along', async () => {
    await room.put('card', wish('5', '7'));
    room.cloudDeletes('7');
    await room.pass(3000);
    expect(room.users).toHaveLength(2);
    expect(room.access.count().kept).toBe(0);
  });
});

describe('the clock', () => {
  it('never goes back behind what was known, until the cloud has told it', async () => {
    await room.put('card', wish('5', '7', { window: window(-1000, 10_000) }));
    await room.pass(70_000);
    expect(room.user('7')?.card).toBe(0);
    room.measured = null;
    room.clock.wall -= 65_000;
    room.restart();
    await room.pass(3000);
    expect(room.user('7')?.card).toBe(0);
  });

  it('passes count from when a rule was put on, though the clock was ahead then', async () => {
    room.measured = 600_000;
    await room.put('card', wish('5', '7', { max_passes: 1 }));
    room.measured = 0;
    room.access.timeMoved(-600_000);
    room.punch('7', 2, { source: 'log', at: room.clock.now() });
    await room.quiet();
    expect(room.user('7')?.card).toBe(0);
  });

  it('a step of the wall clock changes nothing, and what the cloud tells is followed', async () => {
    await room.put('card', wish('5', '7', { window: window(-1000, 100_000) }));
    room.measured = 200_000;
    room.access.timeMoved();
    await room.quiet();
    expect(room.user('7')?.card).toBe(0);
    room.measured = 0;
    room.access.timeMoved();
    await room.quiet();
    expect(room.user('7')?.card).toBe(5);
  });
});

describe('what happens while a write of a rule is under way', () => {
  it('another number that is given at the keypad just then is not taken away', async () => {
    await room.put('card', wish('5', '7', { window: window(-1000, 5000) }));
    room.clock.advance(6000);
    room.edit('7', { card: 99 });
    await room.quiet();
    expect(room.user('7')?.card).toBe(99);
    expect(await room.list('ukey')).toMatchObject({ total: 0 });
    await room.pass(3000);
    expect(room.user('7')?.card).toBe(99);
  });

  it('a user whom the cloud writes just then is as the cloud wrote it', async () => {
    for (let turns = 0; turns < 14; turns++) {
      room.begin('identifier.put', { type: 'card', items: [wish('5', '7')] }, ulid());
      await room.turns(turns);
      room.cloudWrites('7', { card: 99 });
      await room.pass(1000);
      room.see();
      await room.pass(2000);
      expect([turns, room.user('7')?.card]).toEqual([turns, 99]);
      room.cloudWrites('7', { card: 0 });
      await room.pass(1000);
      expect([turns, room.user('7')?.card]).toEqual([turns, 0]);
    }
  });

  it('what ends meanwhile is taken off without waiting for a terminal that is slow to show its table', async () => {
    await room.put(
      'card',
      wish('5', '7', { window: window(-1000, 5000) }),
      wish('6', '9', { window: window(2000, 60_000) }),
    );
    room.isSlow = true;
    await room.pass(6000);
    expect(room.user('7')?.card).toBe(0);
    room.isSlow = false;
    await room.pass(1000);
    expect(room.user('9')?.card).toBe(6);
  });

  it('a refusal for one number of a user does not keep another one on', async () => {
    await room.put('card', wish('5', '7', { window: window(-1000, 5000) }));
    await room.put('inputCode', wish('44', '7', { window: window(2000, 60_000) }));
    room.refuses = ({ args }) => 'fields' in args && args.fields.password === '44';
    await room.pass(5500);
    expect(room.user('7')?.card).toBe(0);
    expect(types()).toContain('rule.failed failed');
  });
});
