// A terminal in memory behind the ports of those who keep something there: it plans writes as the real one does, and can be away,
// refuse, or lose the agent in between; for tests.
import { SerenoError } from '../../../shared/errors.ts';
import { parseConfig } from '../../config/load.ts';
import { failure, type Result } from '../../result.ts';
import { dialectOf, firstLearnt, limitsOf } from '../../terminal/session/dialect.ts';
import { Roster } from '../../terminal/tables/roster.ts';
import { parseWish } from '../../terminal/writes/table.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { decodeUser, newUser, patchUser, type UserChange, type UserRecord } from '../../zk/users.ts';
import type { LocalWrite, LocalWrites, Urgency } from '../ports.ts';

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

export class TerminalInMemory implements LocalWrites {
  readonly clock = new ManualClock();
  /** The cloud's time minus the wall clock of the machine; null: not measured in this run. */
  measured: number | null = 0;
  isReachable = true;
  /** True: writes of this kind are refused. */
  refuses: ((write: LocalWrite) => boolean) | null = null;
  /** True: nobody can tell what became of writes of this kind; nothing did. */
  loses: ((write: LocalWrite) => boolean) | null = null;
  doubtful = new Set<string>();
  /** Told of each number that one of our writes takes from a user. */
  onLoss: (userId: string, slot: 'card' | 'password', value: string) => void = () => undefined;
  /** Told after each change of a user, whoever has made it. */
  onChange: (userId: string) => void = () => undefined;
  readonly orders: Urgency[] = [];
  /** True: the agent dies before its journal has what it orders. */
  losesOrders = false;
  /** True: its table does not come. */
  isSlow = false;
  readonly #journal = new Map<string, Ordered>();
  readonly #users = new Map<number, UserRecord>();
  #isServing = false;
  #lastUid = 0;

  // The terminal

  add(userId: string, fields: UserChange & { name?: string } = {}): void {
    const uid = this.#newUid();
    const raw = newUser({ uid, userId, name: userId, ...fields }, 72, 'utf-8');
    this.#users.set(uid, decodeUser(raw, 72, 'utf-8'));
    this.onChange(userId);
  }

  edit(userId: string, fields: UserChange): void {
    for (const [uid, record] of this.#users) {
      if (record.userId !== userId) continue;
      this.#users.set(uid, decodeUser(patchUser(record.raw, 72, fields, 'utf-8'), 72, 'utf-8'));
    }
    this.onChange(userId);
  }

  remove(userId: string): void {
    for (const [uid, record] of this.#users) if (record.userId === userId) this.#users.delete(uid);
    this.onChange(userId);
  }

  user(userId: string): UserRecord | undefined {
    return this.roster().all(userId)[0];
  }

  get users(): UserRecord[] {
    return [...this.#users.values()];
  }

  // What the keeper is given

  order(_device: string, writes: readonly LocalWrite[], urgency: Urgency): readonly Promise<Result>[] {
    this.orders.push(urgency);
    if (this.losesOrders) return writes.map(() => new Promise(() => undefined));
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
    return { roster: this.roster(), dialect, device: device! };
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

  now(): number {
    return this.clock.now() + (this.measured ?? 0);
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

  /** Nothing settles for a run that has ended; what it had begun goes on with the next one. */
  protected forsake(): void {
    for (const ordered of this.#journal.values()) Object.assign(ordered, Promise.withResolvers<Result>());
  }

  protected goOn(): void {
    void this.#serve();
  }

  #newUid(): number {
    this.#lastUid += 1;
    return this.#lastUid;
  }

  roster(): Roster {
    const set = Buffer.concat(this.users.map(({ raw }) => raw));
    return new Roster(set, { width: 72, encoding: 'utf-8', counters: null, readAt: 0 });
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
    if (this.loses?.(write) === true) {
      return failure(new SerenoError('outcome_unknown', { applied: 'unknown' }));
    }
    try {
      const roster = this.roster();
      const context = {
        device: DEVICE,
        limits: limitsOf(dialect, 72),
        encoding: 'utf-8',
        freeUid: () => this.#newUid(),
      } as const;
      const wish = parseWish(write.op, write.args, () => Buffer.alloc(0));
      const plan = wish.plan(roster, context);
      if (plan.kind === 'put') {
        for (const slot of ['card', 'password'] as const) {
          const before = plan.before?.[slot];
          if (before && before !== plan.after[slot]) this.onLoss(plan.after.userId, slot, String(before));
        }
        this.#users.set(plan.after.uid, plan.after);
        this.onChange(plan.after.userId);
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

/** A moment of the event loop. */
export function tick(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function away(): SerenoError {
  return new SerenoError('device_unreachable', { params: { device: DEVICE } });
}
