// The keeper of people in front of a terminal in memory, and what must be true of all that it tells; for tests.
import { pino } from 'pino';
import { ulid } from 'ulid';
import type { DriftField, DriftManner, WantedPerson } from '../../../shared/domain/wanted-person.ts';
import { SerenoError } from '../../../shared/errors.ts';
import type { PersonEvent } from '../../../shared/wire/events.ts';
import { DEVICE, TerminalInMemory } from '../../access/testing/terminal-in-memory.ts';
import type { UserRecord } from '../../zk/users.ts';
import { People } from '../people.ts';
import { PeopleStore } from '../store.ts';

/** What a user was may be told a moment later. */
const STATES = 3;
const FIELDS = ['name', 'password', 'privilege', 'card'] as const;

type State = UserRecord | undefined;

export class PeopleRoom extends TerminalInMemory {
  readonly events: PersonEvent[] = [];
  /** What was told and was not true. */
  readonly lies: string[] = [];
  manner: DriftManner = 'report';
  serial = 'A';
  /** The disk is full when the next event is told, or the agent does not live to note that it was. */
  failsTelling: 'before' | 'after' | null = null;
  people: People;
  store: PeopleStore;
  readonly #folder: string;
  readonly #states = new Map<string, State[]>();
  /** By person and version. */
  readonly #wants = new Map<string, WantedPerson>();
  /** By badge: whose it was told to be, and since which beginning, unless it was empty since. */
  readonly #owners = new Map<string, string>();
  #epoch = 0;

  constructor(folder: string) {
    super();
    this.#folder = folder;
    this.onChange = (userId) => this.#changed(userId);
    this.store = new PeopleStore(folder, 's');
    this.people = this.#start();
  }

  /** An epoch that is later than all before. */
  epoch(): string {
    this.#epoch += 1;
    return ulid(this.#epoch);
  }

  async put(items: readonly WantedPerson[], more: { epoch?: string; whole?: boolean } = {}) {
    for (const item of items) this.#wants.set(`${item.person}/${item.version}`, item);
    const args = { epoch: this.epoch(), items: [...items], ...more };
    const issuedAt = this.now();
    const notAfter = issuedAt + 15_000;
    const command = { v: 1, id: ulid(), op: 'people.put', device: DEVICE, via: 'direct', args } as const;
    const result = await this.people.rules['people.put'](args, { ...command, issuedAt, notAfter });
    if (result.status !== 'ok') throw result.error;
    return result.data as { stored: number; store: string };
  }

  /** The table is read in full, for whatever reason. */
  see(): void {
    this.people.saw(DEVICE, this.roster());
  }

  goAway(): void {
    this.isReachable = false;
    this.people.contact(DEVICE, false);
  }

  comeBack(): void {
    this.isReachable = true;
    this.people.contact(DEVICE, true);
  }

  /** The agent dies, and comes up again after `ms`. */
  restart(ms = 0): void {
    this.stop();
    this.forsake();
    this.clock.advance(ms);
    this.store = new PeopleStore(this.#folder, 's');
    this.people = this.#start();
    this.goOn();
  }

  stop(): void {
    this.people.stop();
    this.store.close();
  }

  /** What was told last of a person; `''`: nothing. */
  toldOf(person: string): string {
    const last = this.events.findLast((event) => event.person === person);
    return last === undefined ? '' : wordsOf(last);
  }

  /** Where the terminal does not hold what is wanted now. */
  differences({ user_id, want }: WantedPerson): DriftField[] {
    return between(this.user(user_id), want);
  }

  #start(): People {
    const people = new People({
      store: this.store,
      clock: this.clock,
      writes: this,
      tables: { users: () => this.usersOf(), inDoubt: (id, userId) => this.inDoubt(id, userId) },
      log: pino({ level: 'silent' }),
      now: () => this.now(),
      manner: () => this.manner,
      serial: () => this.serial,
      ruled: () => new Set(),
      tell: (events) => this.#tell(events),
      onPresent: () => undefined,
      onWritten: () => undefined,
      has: (id) => this.has(id),
    });
    people.resume();
    return people;
  }

  /** The cloud knows an event by its id. */
  #tell(events: readonly PersonEvent[]): void {
    const fails = events.length > 0 ? this.failsTelling : null;
    if (fails !== null) this.failsTelling = null;
    const full = new SerenoError('agent_storage', { params: { site: 's' } });
    if (fails === 'before') throw full;
    for (const event of events) {
      if (this.events.some(({ id }) => id === event.id)) continue;
      this.events.push(event);
      if (!this.#isTrue(event)) this.lies.push(wordsOf(event));
    }
    if (fails === 'after') throw full;
  }

  #changed(userId: string): void {
    const now = this.user(userId);
    if (now === undefined) this.#owners.delete(userId);
    this.#states.set(userId, [...(this.#states.get(userId) ?? []), now].slice(-STATES));
  }

  #isTrue(event: PersonEvent): boolean {
    const { person, version, type, there, fields = [] } = event;
    const wanted = this.#wants.get(`${person}/${version}`);
    if (wanted === undefined || there !== (wanted.want !== null)) return false;
    const { user_id, want, anew = 0 } = wanted;
    const states = this.#states.get(user_id) ?? [undefined];
    if (type === 'person.refused') return true;
    if (type === 'person.drift') return states.some((state) => between(state, want).join() === fields.join());
    // Whoever has the badge of somebody else has his fingers, too: it must have been empty in between.
    const owner = this.#owners.get(user_id);
    // And whoever is gone may have left the badge to somebody.
    const now = `${person}/${anew}`;
    if (owner !== undefined && owner !== now) return !there;
    if (there) this.#owners.set(user_id, now);
    return states.some((state) => between(state, want).length === 0) || states.length < STATES;
  }
}

function between(state: State, want: WantedPerson['want']): DriftField[] {
  if (want === null) return state === undefined ? [] : ['user'];
  if (state === undefined) return ['user'];
  return FIELDS.filter((field) => want[field] !== undefined && want[field] !== state[field]);
}

export function wordsOf({ type, person, version, there, fields = [], code = '' }: PersonEvent): string {
  const what = fields.join() || code;
  return [type.slice('person.'.length), person, version, there, what].join(' ').trim();
}
