// Guests: they come with their first number and go with their last, under badges that nobody else has.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IdentifierWish } from '../../shared/domain/access-identifier.ts';
import { folderOfEachTest } from '../testing/folder.ts';
import { Room, wish } from './testing/room.ts';

const folder = folderOfEachTest();
let room: Room;
beforeEach(() => {
  room = new Room(folder());
  for (const badge of ['7', '8', '9']) room.add(badge);
});
afterEach(() => room.stop());

const seconds = (ms: number) => Math.floor((room.now() + ms) / 1000);
const window = (from: number, to: number) => ({ from: seconds(from), to: seconds(to) });
const guest = (number: string, name: string, more: Partial<IdentifierWish> = {}) =>
  wish(number, name, { owner: { type: 'guest', name }, ...more });

describe('a guest', () => {
  it('comes with his first number, under a badge of his own, and goes with his last', async () => {
    const visit = { window: window(10_000, 20_000) };
    expect(await room.put('card', guest('5', 'Visita', visit))).toEqual(['created']);
    expect(await room.put('inputCode', guest('77', 'Visita', visit))).toEqual(['created']);
    expect(room.users).toHaveLength(3);
    await room.pass(11_000);
    expect(room.user('999999999')).toMatchObject({ name: 'Visita', card: 5, password: '77' });
    room.punch('999999999', 1);
    await room.pass(10_000);
    expect(room.user('999999999')).toBeUndefined();
    await room.put('card', guest('6', 'Otro'));
    expect(room.user('999999998')).toMatchObject({ name: 'Otro', card: 6 });
    expect(await room.ask('identifier.delete', { type: 'card', numbers: ['6'] })).toEqual(['deleted']);
    expect(room.users).toHaveLength(3);
  });

  it('gets another badge where somebody has taken his', async () => {
    await room.put('card', guest('5', 'Visita', { window: window(5000, 60_000) }));
    room.add('999999999', { name: 'Pepe' });
    await room.pass(6000);
    expect(room.user('999999999')).toMatchObject({ name: 'Pepe', card: 0 });
    expect(room.user('999999998')).toMatchObject({ name: 'Visita', card: 5 });
  });
});

describe('a badge that a guest has had', () => {
  it('stays with whoever the cloud makes of him, or an operator at the keypad', async () => {
    await room.put('card', guest('5', 'Visita', { window: window(-1000, 5000) }));
    room.edit('999999999', { name: 'Nueva empleada' });
    await room.pass(8000);
    expect(room.user('999999999')).toMatchObject({ name: 'Nueva empleada', card: 0 });
    await room.put('card', guest('6', 'Otra', { window: window(-1000, 5000) }));
    room.cloudDeletes('999999998');
    room.add('999999998', { name: 'Otra' });
    await room.pass(8000);
    expect(room.user('999999998')).toBeDefined();
  });
});
