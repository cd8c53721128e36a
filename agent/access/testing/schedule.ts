// Schedules of everything that can happen to rules, played on the room; and what must be true whatever happened; for tests.
import fc from 'fast-check';
import { ulid } from 'ulid';
import { expect } from 'vitest';
import type { IdentifierInfo, IdentifierWish } from '../../../shared/domain/access-identifier.ts';
import { isSuccess } from '../../../shared/domain/access-identifier.ts';
import { hasEnded, heldIn, isWanted, type Rule, type Slot, slotOf } from '../rule.ts';
import { DEVICE, type Room, wish } from './room.ts';

const STAFF = ['7', '8', '9'];
const SLOTS: readonly Slot[] = ['card', 'password'];

const owner = fc.constantFrom<IdentifierWish['owner']>(
  { type: 'owner', name: '7' },
  { type: 'owner', name: '8' },
  { type: 'owner', name: '9' },
  { type: 'guest', name: 'Visita' },
  { type: 'guest', name: 'Otra' },
);
const type = fc.constantFrom<'card' | 'ukey' | 'inputCode'>('card', 'card', 'ukey', 'inputCode');
const number = fc.constantFrom('1', '2', '3', '4');
const limits = fc.record({
  /** Seconds from now. */
  window: fc.constantFrom(null, null, [-5, 10], [5, 15], [8, 600], [-20, -5]),
  passes: fc.constantFrom(null, null, 1, 2),
});
const item = fc.record({
  owner,
  number,
  limits,
  newType: fc.constantFrom(undefined, undefined, 'card', 'ukey', 'inputCode'),
});
const turns = fc.constantFrom(null, null, 1, 2, 3, 4, 6, 8);
const user = fc.constantFrom(...STAFF, 'guest');

export const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      type,
      items: fc.array(item, { minLength: 1, maxLength: 3 }),
      turns,
      /** The agent dies after these turns; else something else happens meanwhile. */
      dies: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('delete' as const),
      type,
      numbers: fc.uniqueArray(number, { minLength: 1, maxLength: 2 }),
      turns,
      /** The agent dies after these turns; else something else happens meanwhile. */
      dies: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reset' as const), type, number }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('punch' as const),
      user,
      status: fc.constantFrom(0, 1, 2, 3, 4),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      seconds: fc.integer({ min: 1, max: 20 }),
      /** Turns of the event loop until the next thing happens; null: all that is due is done before. */
      turns,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('clock' as const),
      by: fc.constantFrom(-600_000, 600_000),
      what: fc.constantFrom('wall' as const, 'cloud' as const, 'unknown' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('restart' as const), seconds: fc.integer({ min: 0, max: 20 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('keypad' as const),
      user,
      slot: fc.constantFrom(...SLOTS),
      number: fc.constantFrom('', '1', '2', '3', '9'),
      seen: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('leave' as const),
      user,
      by: fc.constantFrom('keypad' as const, 'cloud' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('join' as const),
      user: fc.constantFrom(...STAFF, '999999999', '999999998'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('cloud' as const),
      user,
      slot: fc.constantFrom(...SLOTS),
      number: fc.constantFrom('', '1', '2', '9'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('away' as const, 'back' as const, 'see' as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('refuse' as const), user: fc.constantFrom(...STAFF, null) }),
  },
);
export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

export class Schedule {
  readonly #room: Room;
  /** Numbers that a rule has governed where they are, `user/slot/value`. */
  readonly #governed = new Set<string>();
  /** Cards that somebody has asked to take away. */
  #deleted = new Set<string>();

  constructor(room: Room) {
    this.#room = room;
    room.add('7', { name: 'Ana' });
    room.add('8', { name: 'Luis', card: 9 });
    room.add('9', { name: 'Eva', password: '9' });
    room.onLoss = (userId, slot, value) => this.#lost(userId, slot, value);
  }

  async play(step: Step): Promise<void> {
    const room = this.#room;
    this.#look();
    if (step.kind === 'put' || step.kind === 'delete' || step.kind === 'reset') await this.#batch(step);
    else if (step.kind === 'punch') this.#punch(step);
    else if (step.kind === 'time') await this.#time(step);
    else if (step.kind === 'clock') this.#clock(step);
    else if (step.kind === 'restart') room.restart(step.seconds * 1000);
    else if (step.kind === 'keypad') {
      const userId = this.#badge(step.user);
      this.#byHand(userId, step.slot, step.number);
      room.edit(userId, fields(step.slot, step.number));
      if (step.seen) room.see();
    } else if (step.kind === 'cloud') {
      const userId = this.#badge(step.user);
      if (room.user(userId) === undefined) return;
      this.#byHand(userId, step.slot, step.number);
      room.cloudWrites(userId, fields(step.slot, step.number));
    } else if (step.kind === 'leave') {
      const userId = this.#badge(step.user);
      for (const slot of SLOTS) this.#byHand(userId, slot, '');
      if (step.by === 'keypad') room.remove(userId);
      else room.cloudDeletes(userId);
    } else if (step.kind === 'join') {
      if (room.user(step.user) === undefined) room.add(step.user, { name: `U${step.user}` });
    } else if (step.kind === 'away') room.goAway();
    else if (step.kind === 'back') room.comeBack();
    else if (step.kind === 'see') room.see();
    else if (step.kind === 'refuse') {
      room.refuses = step.user === null ? null : ({ args }) => args.user_id === step.user;
    }
    this.#look();
  }

  /** Everything answers again, and time is known: then the terminal holds what the rules want, and nothing else of them. */
  async end(): Promise<void> {
    const room = this.#room;
    room.refuses = null;
    room.measured ??= 0;
    room.access.timeMoved();
    room.comeBack();
    await room.pass(70_000);
    room.see();
    await room.pass(3000);
    this.check();
  }

  check(): void {
    const room = this.#room;
    const rules = room.store.rules(DEVICE);
    const now = room.now();
    for (const rule of rules) {
      const record = room.user(rule.userId);
      const slot = slotOf(rule.type);
      const held = record === undefined ? null : heldIn(record, slot);
      const isBlocked = rule.told === 'failed' && !rule.held && held !== null && held !== rule.value;
      if (!isBlocked) expect([rule, held === rule.value]).toEqual([rule, isWanted(rule, now)]);
      expect([rule, rule.held]).toEqual([rule, held === rule.value]);
    }
    const places = rules.map(({ userId, type }) => `${userId}/${slotOf(type)}`);
    expect(places).toEqual([...new Set(places)]);
    const numbers = rules.map(({ type, value }) => `${slotOf(type)}/${value}`);
    expect(numbers).toEqual([...new Set(numbers)]);
    for (const { userId, isThere } of room.store.guests(DEVICE)) {
      const own = rules.filter((rule) => rule.userId === userId);
      expect([userId, isThere]).toEqual([userId, room.user(userId) !== undefined]);
      expect([userId, isThere]).toEqual([
        userId,
        own.some((rule) => !hasEnded(rule, now) && (isThere || isWanted(rule, now))),
      ]);
    }
    expect(room.store.tasks()).toEqual([]);
  }

  async #batch(step: Step & { kind: 'put' | 'delete' | 'reset' }): Promise<void> {
    const room = this.#room;
    const id = ulid();
    const [op, args] = this.#asked(step);
    if (step.kind === 'delete') this.#deleted = new Set([...this.#deleted, ...step.numbers]);
    if (step.kind !== 'reset' && step.turns !== null && op !== 'identifier.reset') {
      room.begin(op, args, id);
      await room.turns(step.turns);
      if (!step.dies) return;
      room.restart();
    }
    const infos = await room.ask(op, args, id).catch((error) => {
      expect(error).toMatchObject({ code: 'expired' });
      return [] as IdentifierInfo[];
    });
    if ('items' in args) this.#answered(args.items, step.type, infos);
    if (step.kind === 'delete' && step.turns === null) this.#deleted = new Set();
  }

  #asked(step: Step & { kind: 'put' | 'delete' | 'reset' }) {
    const { type } = step;
    if (step.kind === 'reset') return ['identifier.reset', { type, number: step.number }] as const;
    if (step.kind === 'delete') return ['identifier.delete', { type, numbers: step.numbers }] as const;
    const now = Math.floor(this.#room.now() / 1000);
    const items = step.items.map(({ owner, number, limits: { window, passes }, newType }) =>
      wish(number, owner.name, {
        owner,
        window: window === null ? null : { from: now + window[0]!, to: now + window[1]! },
        max_passes: passes,
        ...(newType === undefined ? {} : { new_type: newType as 'card' }),
      }),
    );
    return ['identifier.put', { type, items }] as const;
  }

  /** What was said to be so is so, on disk and on the terminal. */
  #answered(items: readonly IdentifierWish[], asked: string, infos: readonly IdentifierInfo[]): void {
    const room = this.#room;
    infos.forEach((info, index) => {
      if (!isSuccess(info)) return;
      const { number: value, owner, window, max_passes, new_type = asked } = items[index]!;
      const rule = room.store.rules(DEVICE).find((each) => each.type === new_type && each.value === value);
      expect(rule).toMatchObject({ owner, window, max_passes });
      const record = room.user(rule!.userId);
      const held = record === undefined ? null : heldIn(record, slotOf(rule!.type));
      if (!this.#isDue(rule!)) expect([rule, held === value]).toEqual([rule, isWanted(rule!, room.now())]);
    });
  }

  /** Its state has changed a moment ago. */
  #isDue({ window }: Rule): boolean {
    const now = this.#room.now();
    return window !== null && [window.from, window.to].some((at) => Math.abs(now - at * 1000) < 3000);
  }

  #punch({ user, status, times }: Step & { kind: 'punch' }): void {
    const room = this.#room;
    const userId = this.#badge(user);
    const before = room.store.rules(DEVICE).filter((rule) => rule.userId === userId);
    const event = room.punch(userId, status);
    for (let time = 1; time < times; time++) room.access.punched(event, time === 1);
    for (const { id, type, window, max_passes, passes } of before) {
      const isBefore = window !== null && room.now() + 1000 <= window.from * 1000;
      const isMeant = (type === 'inputCode' ? [0, 3] : [2, 4]).includes(status);
      const isGuests = status === 1 && userId.startsWith('9999999');
      const mayCount = max_passes !== null && (isMeant || isGuests);
      // While the time is not known, nobody can say whether a window has begun.
      const isOpen = window !== null && room.measured === null;
      const counted = isOpen ? [0, 1] : [isBefore ? 0 : 1];
      expect(mayCount ? counted : [0]).toContain(
        (room.store.rule(DEVICE, id)?.passes ?? Number.NaN) - passes,
      );
    }
  }

  async #time({ seconds, turns }: Step & { kind: 'time' }): Promise<void> {
    const room = this.#room;
    if (turns === null) return room.pass(seconds * 1000);
    room.clock.advance(seconds * 1000);
    await room.turns(turns);
  }

  #clock({ by, what }: Step & { kind: 'clock' }): void {
    const room = this.#room;
    if (what === 'cloud') room.measured = (room.measured ?? 0) + by;
    else {
      room.clock.wall += by;
      room.measured = what === 'unknown' || room.measured === null ? null : room.measured - by;
    }
    if (room.measured === null) room.restart();
    else room.access.timeMoved();
  }

  /** A guest, if there is one. */
  #badge(user: string): string {
    return user === 'guest' ? (this.#room.store.guests(DEVICE)[0]?.userId ?? '999999999') : user;
  }

  /** Somebody writes a number himself: where no rule is, it is his to lose. */
  #byHand(userId: string, slot: Slot, value: string): void {
    const rules = this.#room.store.rules(DEVICE);
    const isGoverned = rules.some((rule) => rule.userId === userId && slotOf(rule.type) === slot);
    if (!isGoverned) this.#governed.delete(`${userId}/${slot}/${value}`);
  }

  #look(): void {
    const { store } = this.#room;
    const rules = [
      ...store.rules(DEVICE),
      ...store.tasks().flatMap(({ puts }) => puts.map(({ rule }) => rule)),
    ];
    for (const { userId, type, value } of rules) this.#governed.add(`${userId}/${slotOf(type)}/${value}`);
  }

  #lost(userId: string, slot: Slot, value: string): void {
    this.#look();
    const { store } = this.#room;
    const isDrift = store
      .rules(DEVICE)
      .some((rule) => rule.userId === userId && slotOf(rule.type) === slot && rule.held);
    const isGuest = userId.startsWith('9999999');
    const isDeleted = slot === 'card' && this.#deleted.has(value);
    const isOurs = this.#governed.has(`${userId}/${slot}/${value}`);
    if (!isDrift && !isGuest && !isDeleted && !isOurs) this.losses.push(`${userId}/${slot}/${value}`);
  }

  /** Numbers that users have lost though no rule governed them. */
  readonly losses: string[] = [];
}

function fields(slot: Slot, value: string) {
  return slot === 'card' ? { card: Number(value) } : { password: value };
}
