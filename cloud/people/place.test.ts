// A place against a terminal and an agent of a few lines: words are lost, repeated and late, memories are lost, terminals exchanged.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { acknowledged, type Heard, heard, isSettled, lost, replaced, type Wish, wished } from './place.ts';
import type { PlaceRow } from './rows.ts';

const PERSON = { tenant: 'acme', id: 'ana', userId: '7', began: 0 };
const SITES = ['norte', 'sur'] as const;

/** What the agent of a branch keeps, and what is at its terminal. */
interface Branch {
  journal: string;
  number: number;
  /** The newest item that it was told; null: none. */
  wanted: { version: number; there: boolean } | null;
  /** What the terminal holds, by the version that brought it; 0: nothing of the person. */
  terminal: number;
  /** Sent to the cloud; any of it may come again. */
  sent: Heard[];
}

class Play {
  row: PlaceRow | null = null;
  now = 1000;
  personVersion = 1;
  site: (typeof SITES)[number] | null = null;
  journals = 0;
  readonly branches = new Map<string, Branch>();
  /** Every version and what it wants. */
  readonly wishes = new Map<number, boolean>();
  /** In the order in which they were written. */
  readonly writings: Wish[] = [];
  /** Versions of which a terminal of a branch was seen as they want it. */
  readonly seen = new Set<string>();

  constructor() {
    for (const site of SITES) this.branches.set(site, this.branch());
  }

  branch(): Branch {
    return { journal: `j${this.journals++}`, number: 0, wanted: null, terminal: 0, sent: [] };
  }

  wish(site: (typeof SITES)[number] | null, isChange: boolean): void {
    if (isChange) this.personVersion++;
    this.site = site;
    const person = { ...PERSON, version: this.personVersion, rev: this.writings.length + 1 };
    const wish = { person, device: 'd', site };
    this.writings.push(wish);
    this.row = wished(this.row, wish, this.now++);
    this.wishes.set(this.row.version, this.row.there);
  }

  /** Somebody who acts for an older writing of the person comes late. */
  late(index: number): void {
    const { row } = this;
    const older = this.writings.slice(0, -1);
    const wish = older[index % Math.max(1, older.length)];
    if (wish !== undefined) expect(wished(row, wish, this.now++)).toBe(row);
  }

  /** The cloud tells what the row says; the answer may be lost. */
  tell(isAnswered: boolean): void {
    const { row } = this;
    if (row === null || row.blank === true) return;
    const branch = this.branches.get(row.site)!;
    const { version, there } = row;
    if (branch.wanted === null || branch.wanted.version < version) branch.wanted = { version, there };
    if (isAnswered) this.row = acknowledged(row, version);
  }

  say(site: string, type: Heard['event']['type']): void {
    const branch = this.branches.get(site)!;
    const { wanted } = branch;
    if (wanted === null) return;
    if (type === 'person.in_step' || type === 'person.repaired') {
      branch.terminal = wanted.there ? wanted.version : 0;
      this.seen.add(`${site} ${wanted.version}`);
    }
    if (type === 'person.drift') branch.terminal = -1;
    const event = { ...wanted, type, ...(type === 'person.refused' ? { code: 'limit_exceeded' } : {}) };
    branch.number++;
    branch.sent.push({ site, journal: branch.journal, number: branch.number, event });
  }

  hear(site: string, index: number): void {
    const { sent } = this.branches.get(site)!;
    const news = sent[index % Math.max(1, sent.length)];
    if (this.row !== null && news !== undefined) this.row = heard(this.row, news, this.now++);
  }

  wipe(site: string): void {
    const branch = this.branches.get(site)!;
    Object.assign(branch, { journal: `j${this.journals++}`, number: 0, wanted: null });
    if (this.row?.site === site) this.row = lost(this.row);
  }

  exchange(site: string): void {
    const branch = this.branches.get(site)!;
    branch.terminal = 0;
    if (this.row?.site !== site) return;
    this.row = replaced(this.row, this.row.site, this.now++);
  }

  check(): void {
    const { row } = this;
    if (row === null || row.blank === true) return;
    if (row.state === 'in_step' || row.state === 'gone') {
      expect(this.seen).toContain(`${row.site} ${row.version}`);
      expect(row.confirmed).toBe(row.version);
    }
    expect(row.there).toBe(this.wishes.get(row.version));
    expect(['leaving', 'gone'].includes(row.state)).toBe(!row.there);
    // Whoever must go is on the way to be told until the terminal was seen without him.
    if (this.site === null) expect(['leaving', 'gone']).toContain(row.state);
    // What nobody has told the agent's present memory is not taken for told, unless the terminal was seen so.
    const known = this.branches.get(row.site)!.wanted?.version ?? 0;
    if (row.told && !isSettled(row)) expect(known).toBeGreaterThanOrEqual(row.version);
  }
}

const site = fc.constantFrom(...SITES);
const type = fc.constantFrom('person.in_step', 'person.refused', 'person.drift', 'person.repaired');
const step = fc.oneof(
  fc.tuple(fc.constant('wish'), fc.option(site), fc.boolean()),
  fc.tuple(fc.constant('tell'), fc.boolean()),
  fc.tuple(fc.constant('say'), site, type),
  fc.tuple(fc.constant('hear'), site, fc.nat({ max: 30 })),
  fc.tuple(fc.constant('late'), fc.nat({ max: 30 })),
  fc.tuple(fc.constant('wipe'), site),
  fc.tuple(fc.constant('exchange'), site),
);

function run(play: Play, [name, ...given]: readonly unknown[]): void {
  (play[name as 'wish'] as (...args: unknown[]) => void).apply(play, given);
}

test('in any order, with loss, repeats and late writers, no place is in step or gone for a version that its terminal was not seen to hold', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const play = new Play();
      for (const one of steps) {
        run(play, one);
        play.check();
      }
    }),
    { numRuns: 3000 },
  );
});

test('whatever came before, telling and hearing once more brings every place to its end', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const play = new Play();
      for (const one of steps) run(play, one);
      const { row } = play;
      if (row === null || row.state === 'gone') return;
      play.tell(true);
      play.say(row.site, 'person.in_step');
      play.hear(row.site, play.branches.get(row.site)!.sent.length - 1);
      expect(play.row).toMatchObject({ state: row.there ? 'in_step' : 'gone', version: row.version });
    }),
    { numRuns: 3000 },
  );
});

test('a word that was heard before changes nothing when it comes again', () => {
  fc.assert(
    fc.property(fc.array(type, { minLength: 2, maxLength: 8 }), fc.nat(), (types, index) => {
      const play = new Play();
      play.wish('norte', false);
      play.tell(true);
      for (const one of types) play.say('norte', one);
      types.forEach((_, at) => {
        play.hear('norte', at);
      });
      const before = play.row;
      play.hear('norte', index);
      expect(play.row).toEqual(before);
    }),
  );
});
