// A terminal in memory behind the ports of the keeper of rules: it plans writes as the real one does, and can be away, refuse, or
// lose the agent in between; for tests.
import { pino } from 'pino';
import { ulid } from 'ulid';
import type { IdentifierInfo, IdentifierWish } from '../../../shared/domain/access-identifier.ts';
import { freshKey, unseal } from '../../../shared/domain/sealed.ts';
import { SerenoError } from '../../../shared/errors.ts';
import type { Command } from '../../../shared/wire/envelope.ts';
import type { PunchEvent, RuleEvent } from '../../../shared/wire/events.ts';
import { parseConfig } from '../../config/load.ts';
import { failure, type Result } from '../../result.ts';
import { dialectOf, firstLearnt, limitsOf } from '../../terminal/session/dialect.ts';
import { Roster } from '../../terminal/tables/roster.ts';
import { parseWish } from '../../terminal/writes/table.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { decodeUser, newUser, patchUser, type UserChange, type UserRecord } from '../../zk/users.ts';
import { Access } from '../access.ts';
import type { LocalWrite, LocalWrites, Urgency } from '../ports.ts';
import { AccessStore } from '../store.ts';

export const DEVICE = 'principal';
const [device] = parseConfig(
  `site: s\ndevices:\n  - {id: ${DEVICE}, host: 127.0.0.1, port: 4370}\n`,
  'agent.yaml',
  {},
).devices;
const learnt = firstLearnt('A', { pin2Width: '9', abcPin: null }, { options: true, asksCommKey: false });
const dialect = dialectOf({ ...learnt, userWidth: 72 }, {});

type Ordered = {
  readonly write: LocalWrite;
  readonly urgency: Urgency;
  result: Result | null;
  resolve: (result: Result) => void;
  promise: Promise<Result>;
};

export class Room implements LocalWrites {
  readonly clock = new ManualClock();
  /** The cloud's time minus the wall clock of the machine; null: not measured in this run. */
  measured: number | null = 0;
  readonly events: RuleEvent[] = [];
  isReachable = true;
  /** True: writes of this kind are refused. */
  refuses: ((write: LocalWrite) => boolean) | null = null;
  doubtful = new Set<string>();
  /** Told of each number that one of our writes takes from a user. */
  onLoss: (userId: string, slot: 'card' | 'password', value: string) => void = () => undefined;
  access: Access;
  store: AccessStore;
  readonly orders: Urgency[] = [];
  /** True: its table does not come. */
  isSlow = false;
  readonly #folder: string;
  readonly #journal = new Map<string, Ordered>();
  readonly #users = new Map<number, UserRecord>();
  #isServing = false;

  constructor(folder: string) {
    this.#folder = folder;
    this.store = new AccessStore(folder, 's');
    this.access = this.#start();
  }

  // The terminal

  add(userId: string, fields: UserChange & { name?: string } = {}): void {
    const uid = Math.max(0, ...this.#users.keys()) + 1;
    const raw = newUser({ uid, userId, name: userId, ...fields }, 72, 'utf-8');
    this.#users.set(uid, decodeUser(raw, 72, 'utf-8'));
  }

  edit(userId: string, fields: UserChange): void {
    for (const [uid, record] of this.#users) {
      if (record.userId !== userId) continue;
      this.#users.set(uid, decodeUser(patchUser(record.raw, 72, fields, 'utf-8'), 72, 'utf-8'));
    }
  }

  remove(userId: string): void {
    for (const [uid, record] of this.#users) if (record.userId === userId) this.#users.delete(uid);
  }

  user(userId: string): UserRecord | undefined {
    return this.#roster().all(userId)[0];
  }

  get users(): UserRecord[] {
    return [...this.#users.values()];
  }

  // What the keeper is given

  order(_device: string, writes: readonly LocalWrite[], urgency: Urgency): readonly Promise<Result>[] {
    this.orders.push(urgency);
    const all = writes.map((write) => {
      const known = this.#journal.get(write.id);
      if (known !== undefined) return known.result === null ? known.promise : Promise.resolve(known.result);
      return this.#journalled(write, urgency).promise;
    });
    void this.#serve();
    return all;
  }

  async usersOf() {
    await tick();
    while (this.isSlow) await tick();
    if (!this.isReachable) throw away();
    return { roster: this.#roster(), dialect, device: device! };
  }

  has(id: string): boolean {
    return id === DEVICE;
  }

  punches(): 'live' {
    return 'live';
  }

  inDoubt(_device: string, userId: string): boolean {
    return this.doubtful.has(userId);
  }

  // What a test does

  now(): number {
    return this.clock.now() + (this.measured ?? 0);
  }

  async ask(op: 'identifier.put' | 'identifier.delete' | 'identifier.reset', args: object, id = ulid()) {
    const result = await this.settled(this.access.rules[op](args as never, this.#command(op, args, id)));
    if (result.status !== 'ok') throw result.error;
    return (result.data as { infos: IdentifierInfo[] }).infos;
  }

  /** Nobody waits for it: the agent is about to die. */
  begin(op: 'identifier.put' | 'identifier.delete', args: object, id: string): void {
    void this.access.rules[op](args as never, this.#command(op, args, id));
  }

  put(type: IdentifierWish['new_type'] & string, ...items: IdentifierWish[]) {
    return this.ask('identifier.put', { type, items });
  }

  async list(type: string, more: object = {}) {
    const key = freshKey();
    const args = { type, limit: 50, page: 1, sort: 'asc', key, ...more } as never;
    const result = await this.access.recalls['identifier.list'](args, this.#command('identifier.list', {}));
    if (result.status !== 'ok') throw result.error;
    return (await unseal((result.data as { sealed: string }).sealed, key)) as {
      total: number;
      data: Record<string, unknown>[];
    };
  }

  async turns(turns: number): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await tick();
  }

  /** Lets everything happen that needs no time. */
  async quiet(): Promise<void> {
    for (let turn = 0; turn < 40; turn++) await tick();
  }

  async settled<T>(promise: Promise<T>): Promise<T> {
    let isOver = false;
    const watched = promise.finally(() => {
      isOver = true;
    });
    watched.catch(() => undefined);
    for (let turn = 0; turn < 4000 && !isOver; turn++) {
      await tick();
      if (turn > 200) this.clock.advance(100);
    }
    return watched;
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 500) {
      this.clock.advance(Math.min(left, 500));
      await this.quiet();
    }
    await this.quiet();
  }

  /** Somebody punches: told at once. */
  punch(userId: string, status: number, more: Partial<PunchEvent> = {}): PunchEvent {
    const at = Math.floor(this.now() / 1000) * 1000;
    const event: PunchEvent = {
      type: 'punch',
      id: `pch_${ulid().toLowerCase()}`,
      device: DEVICE,
      serial: 'A',
      user_id: userId,
      local: new Date(at).toISOString().slice(0, 19),
      at,
      status,
      punch: 0,
      source: 'live',
      ...more,
    };
    this.access.punched(event, true);
    return event;
  }

  /** The cloud writes a user; `isTold`: the agent lives to hear of it. */
  cloudWrites(userId: string, fields: UserChange): void {
    this.edit(userId, fields);
    this.access.written(DEVICE, 'user.put', { mode: 'update', user_id: userId, fields });
  }

  cloudDeletes(userId: string): void {
    this.remove(userId);
    this.access.written(DEVICE, 'user.delete', { user_id: userId });
  }

  see(): void {
    this.access.saw(DEVICE, this.#roster());
  }

  goAway(): void {
    this.isReachable = false;
    this.access.contact(DEVICE, false);
  }

  comeBack(): void {
    this.isReachable = true;
    this.access.contact(DEVICE, true);
  }

  /** The agent dies, and comes up again after `ms`. */
  restart(ms = 0): void {
    this.stop();
    // Nothing settles for a run that has ended.
    for (const ordered of this.#journal.values()) Object.assign(ordered, Promise.withResolvers<Result>());
    this.clock.advance(ms);
    this.store = new AccessStore(this.#folder, 's');
    this.access = this.#start();
    void this.#serve();
  }

  stop(): void {
    this.access.stop();
    this.store.close();
  }

  // Within

  #start(): Access {
    const room = this;
    const access = new Access({
      store: this.store,
      clock: this.clock,
      cloudClock: {
        now: () => room.now(),
        get offset() {
          return room.measured;
        },
      },
      writes: this,
      tables: {
        users: () => this.usersOf(),
        has: (id) => this.has(id),
        punches: () => this.punches(),
        inDoubt: (id, userId) => this.inDoubt(id, userId),
      },
      events: { tell: (event) => void this.#tell(event) },
      log: pino({ level: 'silent' }),
    });
    access.resume();
    return access;
  }

  /** The cloud knows an event by its id. */
  #tell(event: RuleEvent): void {
    if (!this.events.some(({ id }) => id === event.id)) this.events.push(event);
  }

  #command(op: string, args: object, id = ulid()): Command {
    const issuedAt = this.now();
    return { v: 1, id, op, device: DEVICE, issuedAt, notAfter: issuedAt + 15_000, via: 'direct', args };
  }

  #roster(): Roster {
    return new Roster([...this.#users.values()], 72, null, 0);
  }

  #journalled(write: LocalWrite, urgency: Urgency): Ordered {
    const ordered: Ordered = { write, urgency, result: null, ...Promise.withResolvers<Result>() };
    this.#journal.set(write.id, ordered);
    return ordered;
  }

  /** One write after the other, the overdue ones first; a run that has ended settles nothing. */
  async #serve(): Promise<void> {
    if (this.#isServing) return;
    this.#isServing = true;
    for (;;) {
      await tick();
      const waiting = [...this.#journal.values()].filter(({ result }) => result === null);
      const next = waiting.find(({ urgency }) => urgency === 'overdue') ?? waiting[0];
      if (next === undefined) break;
      next.result = this.#perform(next.write);
      await tick();
      next.resolve(next.result);
    }
    this.#isServing = false;
  }

  #perform(write: LocalWrite): Result {
    if (write.notAfter <= this.now()) return failure(new SerenoError('expired'));
    if (!this.isReachable) return failure(away());
    if (this.refuses?.(write) === true) {
      return failure(new SerenoError('device_refused', { params: { device: DEVICE, reply: 0 } }));
    }
    try {
      const roster = this.#roster();
      const context = {
        device: DEVICE,
        limits: limitsOf(dialect, 72),
        encoding: 'utf-8',
        freeUid: () => Math.max(0, ...this.#users.keys()) + 1,
      } as const;
      const wish = parseWish(write.op, write.args, () => Buffer.alloc(0));
      const plan = wish.plan(roster, context);
      if (plan.kind === 'put') {
        for (const slot of ['card', 'password'] as const) {
          const before = plan.before?.[slot];
          if (before && before !== plan.after[slot]) this.onLoss(plan.after.userId, slot, String(before));
        }
        this.#users.set(plan.after.uid, plan.after);
      }
      if (plan.kind === 'delete') {
        this.onLoss(plan.before.userId, 'card', String(plan.before.card));
        this.remove(plan.before.userId);
      }
      return { status: 'ok', data: plan.result, verified: 'readback' };
    } catch (error) {
      return failure(error);
    }
  }
}

/** A wish without limits. */
export function wish(number: string, name: string, more: Partial<IdentifierWish> = {}): IdentifierWish {
  return {
    number,
    owner: { type: 'owner', name },
    lock: 'all',
    window: null,
    max_passes: null,
    ...more,
  };
}

function away(): SerenoError {
  return new SerenoError('device_unreachable', { params: { device: DEVICE } });
}

function tick(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
