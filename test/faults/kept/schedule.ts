// One schedule of people as it is played: they are wanted, changed and taken away while agents, terminals, lines and disks fail.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Keypad } from '../../terminal/keypad.ts';
import { Random } from '../../terminal/random.ts';
import { PEOPLE_POINTS } from '../preload/database-death.ts';
import { type ActKind, urnOf } from './acts.ts';
import type { Arena, Place } from './arena.ts';
import { type Body, save } from './caller.ts';
import { differences, type Subject } from './judge.ts';
import { Words } from './words.ts';

const PEOPLE = 4;
const BADGES = 5;

/** Every play has people and badges of its own. */
let plays = 0;

export class Schedule {
  readonly acts: ActKind[] = [];
  readonly subjects: Subject[] = [];
  /** Whose each finger is, by its bytes. */
  readonly owners = new Map<string, string>();
  /** Terminals and badges that somebody has added there at the keypad: of whom nobody kept anything he may stay. */
  readonly typed = new Set<string>();
  /** Answers that were not true when they came. */
  readonly lies: string[] = [];
  readonly words: Words;
  readonly answers = new Map<number, number>();
  lostCommits = 0;
  readonly #arena: Arena;
  readonly #random: Random;
  readonly #urn: readonly [ActKind, ...ActKind[]];
  readonly #badges: readonly [string, ...string[]];
  readonly #end = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  /** By person: calls come one after the other. */
  readonly #lanes = new Map<string, Promise<unknown>>();
  /** By badge: how often anything but a call for its person has touched it. */
  readonly #touched = new Map<string, number>();

  constructor(arena: Arena, seed: number, only: readonly ActKind[]) {
    this.#arena = arena;
    this.#random = new Random(seed);
    this.#urn = urnOf(only);
    this.words = new Words(new Random(seed + 1_000_003));
    plays += 1;
    const base = (Date.now() % 900_000) * 100;
    this.#badges = Array.from({ length: BADGES }, (_, n) => String(base + n + 10)) as [string, ...string[]];
    for (let n = 0; n < PEOPLE; n++) {
      this.subjects.push({ person: `p${seed}.${plays}.${n}`, body: null, badges: new Set() });
    }
  }

  async step(): Promise<void> {
    const act = this.#random.pick(this.#urn);
    this.acts.push(act);
    await this.#strike(act, this.#random.pick(this.#arena.places));
    await sleep(this.#random.between(10, 400));
  }

  /** Nothing strikes any more, and every caller has his answer. */
  async over(): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#running);
  }

  /** Everybody is to leave. */
  async removeAll(): Promise<void> {
    await Promise.all(this.subjects.map((subject) => this.#save(subject, null)));
  }

  async #strike(act: ActKind, place: Place): Promise<void> {
    const { machines } = this.#arena;
    const machine = this.#random.pick(machines);
    const subject = this.#random.pick(this.subjects as [Subject, ...Subject[]]);
    switch (act) {
      case 'wished':
        return this.#track(this.#save(subject, this.#wish(subject)));
      case 'removed':
        return this.#track(this.#save(subject, null));
      case 'typed':
        return this.#type(place);
      case 'enrolled':
        return this.#enrol(place);
      case 'called':
        return this.#track(this.#call(place));
      case 'agent-killed':
        return machine.agent.kill();
      case 'agent-died':
        return this.#track(
          machine.dieAt(this.#random.pick(PEOPLE_POINTS), this.#random.between(1, 3), this.#end.signal),
        );
      case 'power-cut':
        this.lostCommits += await machine.cutPower();
        return;
      case 'data-wiped':
        return machine.wipe(this.#random.pick(['people.db', 'people.key'] as const));
      case 'terminal-cut':
        return this.#track(place.terminal.reboot(this.#random.between(0, 2500)));
      case 'broker-restarted':
        return this.#track(this.#arena.restartBroker());
      case 'line-cut':
        return this.#arena.cutLine(machine);
      default:
        await sleep(this.#random.between(100, 900));
    }
  }

  #wish({ body }: Subject): Body {
    const all = this.#arena.places.map(({ device }) => device);
    const devices = all.filter(() => this.#random.between(0, 3) > 0);
    const keeps = body !== null && this.#random.between(0, 3) > 0;
    return {
      user_id: keeps ? body.user_id : this.#random.pick(this.#badges),
      name: this.#random.pick(this.words.names),
      card: this.#random.pick(this.words.cards),
      password: this.#random.pick(this.words.pins),
      devices,
    };
  }

  #save(subject: Subject, body: Body | null): Promise<void> {
    const before = this.#lanes.get(subject.person) ?? Promise.resolve();
    const done = before.then(() => this.#saveNow(subject, body));
    this.#lanes.set(
      subject.person,
      done.catch(() => undefined),
    );
    return done;
  }

  async #saveNow(subject: Subject, body: Body | null): Promise<void> {
    const { places, call } = this.#arena;
    const badge = body?.user_id ?? subject.body?.user_id ?? '';
    const touched = this.#touched.get(badge) ?? 0;
    if (body !== null) subject.badges.add(badge);
    const { status } = await save(call, subject.person, body);
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
    if (status === 409) return;
    subject.body = body;
    // Somebody else may have touched it meanwhile.
    if (status !== 200 || touched !== (this.#touched.get(badge) ?? 0)) return;
    for (const { device, terminal } of places) {
      const isWanted = body?.devices.includes(device) === true;
      const now = body === null ? [] : differences(terminal, body);
      const wrong = isWanted ? now.join() : '';
      if (wrong !== '') this.lies.push(`200 for ${subject.person}, who differs at ${device} in ${wrong}`);
    }
  }

  #touch(userId: string): void {
    this.#touched.set(userId, (this.#touched.get(userId) ?? 0) + 1);
  }

  /** Whoever is at the keypad while it works. */
  #type({ device, terminal }: Place): void {
    const badge = this.#random.pick(this.#badges);
    const card = this.#random.pick([0, this.words.cards[2] ?? 0, this.words.strange]);
    const does = this.#random.pick(['edit', 'edit', 'delete', 'add'] as const);
    this.#atKeypad(terminal, (keypad) => {
      const isThere = terminal.users().some(({ userId }) => userId === badge);
      if (isThere === (does === 'add')) return;
      this.#touch(badge);
      if (does === 'edit') keypad.editUser(badge, { card });
      if (does === 'delete') keypad.deleteUser(badge);
      if (does === 'add') this.typed.add(`${device}/${badge}`);
      if (does === 'add') keypad.addUser({ userId: badge, name: 'Otra', card });
    });
  }

  #enrol({ terminal }: Place): void {
    const badge = this.#random.pick(this.#badges);
    const finger = this.#random.between(0, 4);
    this.#atKeypad(terminal, (keypad) => {
      const user = terminal.users().find(({ userId }) => userId === badge);
      const owner = this.subjects.find(({ body }) => body?.user_id === badge);
      const isFree = !terminal.templates().some((each) => each.uid === user?.uid && each.finger === finger);
      // Whose finger it is must be beyond doubt: nobody else has, or is about to get, that badge.
      const isSure = this.subjects.filter(({ badges }) => badges.has(badge)).length === 1;
      if (user === undefined || owner === undefined || !isFree || !isSure) return;
      keypad.addFinger(badge, finger);
      const made = terminal.templates().find((each) => each.uid === user.uid && each.finger === finger);
      if (made !== undefined) this.owners.set(made.template.toString('hex'), owner.person);
    });
  }

  /** Nobody types at a terminal that is locked at that moment. */
  #atKeypad(terminal: Place['terminal'], work: (keypad: Keypad) => void): void {
    if (terminal.enabled) work(terminal.keypad);
  }

  async #call({ device }: Place): Promise<void> {
    const badge = this.#random.pick(this.#badges);
    this.#touch(badge);
    const path = `/devices/${device}/users/${badge}`;
    await this.#arena.call('PUT', path, { card: this.words.strange }).catch(() => undefined);
    this.#touch(badge);
  }

  #track(work: Promise<unknown>): void {
    this.#running.add(work);
    void work.catch(() => undefined).finally(() => this.#running.delete(work));
  }
}
