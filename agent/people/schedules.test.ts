// Whatever happens, in whichever order: the terminal comes to hold what the newest versions say, and what is told is true.
import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { WantedPerson } from '../../shared/domain/wanted-person.ts';
import { folderOfEachTest } from '../testing/folder.ts';
import { PeopleRoom } from './testing/people-room.ts';

const folder = folderOfEachTest();

const BADGES = ['1', '2', '3'];
const PEOPLE = ['p1', 'p2', 'p3'];
const badge = fc.constantFrom(...BADGES);
const card = fc.constantFrom(0, 5, 6);
const want = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ name: fc.constantFrom('Ana', 'Bea'), card }, { requiredKeys: ['name'] }),
  },
  { weight: 2, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constant({ password: '12' }) },
);
/** `late`: the version comes after those that were made after it. */
const change = fc.record({
  person: fc.constantFrom(...PEOPLE),
  /** Null: that of the person. */
  badge: fc.option(badge, { freq: 3 }),
  want,
  late: fc.integer({ min: 0, max: 2 }),
});
const turns = fc.constantFrom(null, null, 0, 1, 2, 3, 4, 6, 9);

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      changes: fc.array(change, { minLength: 1, maxLength: 3 }),
      turns,
      dies: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('repeat' as const), turns }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('keypad' as const),
      badge,
      does: fc.constantFrom('add' as const, 'edit' as const, 'edit' as const, 'delete' as const),
      card,
      seen: fc.boolean(),
      turns,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('restart' as const), seconds: fc.constantFrom(0, 1, 90) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('away' as const), turns }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('back' as const), turns }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('refuses' as const), turns }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('doubt' as const), badge, turns }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('disk' as const),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('time' as const), seconds: fc.constantFrom(1, 5, 40) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

class Schedule {
  readonly newest = new Map<string, WantedPerson>();
  readonly #room: PeopleRoom;
  readonly #versions = new Map<string, number>();
  /** By person: the version with which he began anew. */
  readonly #began = new Map<string, number>();
  #sent: WantedPerson[][] = [];

  constructor(room: PeopleRoom) {
    this.#room = room;
  }

  async play(step: Step): Promise<void> {
    const room = this.#room;
    if (step.kind === 'put') {
      await this.#put(step.changes.map((each) => this.#version(each)));
      await this.#turns(step.turns);
      if (step.dies) room.restart();
    } else if (step.kind === 'repeat') {
      for (const items of this.#sent.slice(-2)) await room.put(items);
    } else if (step.kind === 'keypad') this.#type(step);
    else if (step.kind === 'restart') room.restart(step.seconds * 1000);
    else if (step.kind === 'cut') await this.#cut();
    else if (step.kind === 'away') room.goAway();
    else if (step.kind === 'back') room.comeBack();
    else if (step.kind === 'refuses') room.refuses = room.refuses === null ? () => true : null;
    else if (step.kind === 'doubt') room.doubtful = new Set(room.doubtful.size > 0 ? [] : [step.badge]);
    else if (step.kind === 'disk') room.failsTelling = step.when;
    else await room.pass(step.seconds * 1000);
    if ('turns' in step && step.kind !== 'put') await this.#turns(step.turns);
  }

  /** The power goes after the next writes are on disk, and before they are ordered. */
  async #cut(): Promise<void> {
    const room = this.#room;
    room.losesOrders = true;
    room.see();
    await room.quiet();
    room.losesOrders = false;
    room.restart();
  }

  /** Everything works again, somebody reads the table, and time goes by. */
  async end(): Promise<void> {
    const room = this.#room;
    room.refuses = null;
    room.doubtful.clear();
    room.failsTelling = null;
    room.comeBack();
    await room.pass(60_000);
    room.see();
    for (let minute = 0; minute < 20; minute++) {
      await room.quiet();
      room.clock.advance(60_000);
    }
    await room.quiet();
  }

  /** The badges that somebody is to have, with whoever may be meant. */
  wishesOf(userId: string): WantedPerson[] {
    return [...this.newest.values()].filter((item) => item.want !== null && item.user_id === userId);
  }

  #version(change: { person: string; badge: string | null; want: WantedPerson['want']; late: number }) {
    const { person, late } = change;
    const version = (this.#versions.get(person) ?? 0) + 1;
    this.#versions.set(person, version);
    const own = this.newest.get(person)?.user_id ?? BADGES[PEOPLE.indexOf(person)] ?? '1';
    const user_id = change.badge ?? own;
    const isAnew = this.newest.get(person)?.want === null && change.want !== null;
    if (isAnew) this.#began.set(person, version);
    const anew = this.#began.get(person);
    const begun = change.want === null || anew === undefined ? {} : { anew };
    const item: WantedPerson = { person, version, user_id, want: change.want, ...begun };
    this.newest.set(person, item);
    return { item, late };
  }

  async #put(all: readonly { readonly item: WantedPerson; readonly late: number }[]): Promise<void> {
    const ordered = [...all].sort((one, other) => one.late - other.late).map(({ item }) => item);
    // Each as a command of its own: a batch has each person once.
    for (const item of ordered) {
      this.#sent.push([item]);
      await this.#room.put([item]);
    }
  }

  #type(step: Extract<Step, { kind: 'keypad' }>): void {
    const room = this.#room;
    const isThere = room.user(step.badge) !== undefined;
    if (step.does === 'add' && !isThere) room.add(step.badge, { card: step.card });
    if (step.does === 'edit' && isThere) room.edit(step.badge, { card: step.card });
    if (step.does === 'delete') room.remove(step.badge);
    if (step.seen && room.isReachable) room.see();
  }

  async #turns(turns: number | null): Promise<void> {
    if (turns === null) await this.#room.quiet();
    else await this.#room.turns(turns);
  }
}

test.each(['repair', 'report'] as const)(
  'after any schedule a terminal that is to %s holds what the newest versions say, and all that was told was true',
  async (manner) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
        rmSync(folder(), { recursive: true, force: true });
        const room = new PeopleRoom(folder());
        room.manner = manner;
        try {
          const schedule = new Schedule(room);
          for (const each of steps) await schedule.play(each);
          await schedule.end();
          expect(room.lies).toEqual([]);
          for (const item of schedule.newest.values()) {
            const told = room.toldOf(item.person).split(' ');
            const { person, version, user_id, want: wanted } = item;
            const rivals = schedule.wishesOf(user_id).filter((other) => other.person !== person);
            expect([told[1], told[2]]).toEqual([person, String(version)]);
            if (wanted === null) {
              expect(['in_step', 'repaired']).toContain(told[0]);
              if (rivals.length === 0) expect(room.user(user_id)).toBeUndefined();
            } else if (told[0] === 'refused') {
              // Somebody else has the badge, or nobody is there and there is no name.
              if (rivals.length === 0)
                expect([wanted.name, room.user(user_id)]).toEqual([undefined, undefined]);
            } else if (told[0] === 'drift') {
              expect(manner).toBe('report');
              expect(room.differences(item).join()).toBe(told[4]);
            } else {
              expect(room.differences(item)).toEqual([]);
            }
          }
          const wantedBadges = [...schedule.newest.values()].filter((item) => item.want !== null);
          for (const userId of new Set(wantedBadges.map((item) => item.user_id))) {
            const owners = schedule
              .wishesOf(userId)
              .filter(({ person }) => !room.toldOf(person).startsWith('refused'));
            expect(owners.length).toBeLessThanOrEqual(1);
          }
          // Whoever was there under another badge is not any more.
          for (const userId of BADGES) {
            const isOf = room.events.some((event) => event.user_id === userId && event.there);
            const isNow = schedule.wishesOf(userId).length > 0;
            const isTyped = steps.some((each) => each.kind === 'keypad' && each.badge === userId);
            if (isOf && !isNow && !isTyped) expect(room.user(userId)).toBeUndefined();
          }
        } finally {
          room.stop();
        }
      }),
      { numRuns: Number(process.env.SCHEDULES ?? 60), interruptAfterTimeLimit: 40_000 },
    );
  },
  60_000,
);
