// One schedule of jobs as it is played: batches are asked for and cancelled while agents, terminals, lines, functions and disks fail.
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from '../../terminal/protocol.ts';
import { Random } from '../../terminal/random.ts';
import type { Machine } from '../machine.ts';
import { JOURNAL_POINTS } from '../preload/database-death.ts';
import { type ActKind, urnOf, type WeatherKind } from './acts.ts';
import type { Arena, Place } from './arena.ts';
import { type Asked, ask, cancel, type Item, look, type Told } from './caller.ts';
import { hasEnded, itemKey, type Job, type Single, seenKey } from './judge.ts';
import { Wishes } from './wishes.ts';

const LOOK_EVERY_MS = 300;
/** Seconds that a single call's caller waits at most are the function's: he repeats it so often. */
const SINGLE_TRIES = 60;
/** Whoever knows what became of a job has said so by then. */
const LOST_AFTER_MS = 15_000;
const MOST_AWAY_MS = 4000;
const WRITES: readonly number[] = [Command.writeUser, Command.writeUsers];

type Writable<T> = { -readonly [name in keyof T]: T[name] };
type OpenJob = Writable<Job> & { data: Record<string, unknown> | null; wasCancelled: boolean };

export class Schedule {
  readonly acts: ActKind[] = [];
  readonly jobs: OpenJob[] = [];
  readonly singles: Single[] = [];
  /** Names that stood at terminals. */
  readonly seen = new Set<string>();
  /** What was told twice, and differently. */
  readonly lies: string[] = [];
  readonly wishes: Wishes;
  lostCommits = 0;
  /** A memory was lost, or a branch had another agent: of some items nobody may know any more. */
  mayForget = false;
  readonly #arena: Arena;
  readonly #random: Random;
  readonly #urn: readonly [ActKind, ...ActKind[]];
  readonly #end = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  readonly #unwatch: readonly (() => void)[];
  /** What is done to a mini-PC that takes a while comes one after the other. */
  readonly #lanes = new Map<Machine, Promise<unknown>>();

  constructor(arena: Arena, seed: number, only: readonly (ActKind | WeatherKind)[]) {
    this.#arena = arena;
    this.#random = new Random(seed);
    this.#urn = urnOf(only);
    this.wishes = new Wishes(this.#random, arena.places);
    this.#unwatch = arena.places.map((place) => place.terminal.watch(() => this.#see(place)));
    arena.weather.foul(new Random(seed + 1_000_000), only);
  }

  async step(): Promise<void> {
    const act = this.#random.pick(this.#urn);
    this.acts.push(act);
    await this.#strike(act, this.#random.pick(this.#arena.places));
    await sleep(this.#random.between(10, 500));
  }

  #overAt = 0;

  /** Nothing strikes any more, and every caller has been told of his job. */
  async over(): Promise<void> {
    this.#end.abort();
    this.#arena.weather.fair();
    for (const { terminal } of this.#arena.places) {
      terminal.faults.clear();
      terminal.options.bulkWrite = 'whole';
    }
    while (this.#running.size > 0) await Promise.all(this.#running);
    await Promise.all(this.#lanes.values());
    this.#overAt = performance.now();
  }

  /** Everybody whom a batch has put there is taken off by another one. */
  async removeAll(): Promise<OpenJob | null> {
    const items = this.#arena.places.flatMap(({ device, terminal }) => {
      const own = new Set(this.jobs.flatMap(({ items: asked }) => asked.map(({ user_id }) => user_id)));
      const there = terminal.users().filter(({ userId }) => own.has(userId));
      return there.map(({ userId }): Item => ({ do: 'delete', user_id: userId, devices: [device] }));
    });
    if (items.length === 0) return null;
    const asked = { path: '/users/batch', items, keepFor: null, isAsync: false, key: `all-${Date.now()}` };
    return this.#asked(asked);
  }

  /** Asks how each job stands. @returns those that have not ended and still may */
  async look(): Promise<OpenJob[]> {
    for (const job of this.jobs) await this.#look(job);
    return this.jobs.filter(
      (job) => job.id !== null && job.data?.settled_at === undefined && !this.#isLost(job),
    );
  }

  /** An agent that has lost its memory cannot tell what became of what nobody may begin any more: it stays unknown for a week. */
  #isLost({ data, wasCancelled }: OpenJob): boolean {
    const isOver = Date.parse(String(data?.keep_until)) < Date.now() || wasCancelled;
    return this.mayForget && isOver && performance.now() - this.#overAt > LOST_AFTER_MS;
  }

  leave(): void {
    for (const unwatch of this.#unwatch) unwatch();
  }

  /** After each write, whatever becomes of it later. */
  #see({ device, terminal }: Place): void {
    if (!terminal.log.slice(-2).some(({ command }) => WRITES.includes(command))) return;
    for (const { userId, name } of terminal.users()) this.seen.add(seenKey(device, userId, name));
  }

  async #strike(act: ActKind, place: Place): Promise<void> {
    const random = this.#random;
    const machine = random.pick(this.#arena.machines);
    switch (act) {
      case 'asked':
        return this.#track(this.#asked(this.wishes.batch()));
      case 'cancelled':
        return this.#cancel();
      case 'called':
        return this.#track(this.#call(place, random.pick(this.wishes.badges), this.wishes.card()));
      case 'agent-away':
        return this.#away(machine, random.between(200, MOST_AWAY_MS));
      case 'agent-killed':
        return machine.agent.kill();
      case 'agent-died':
        return this.#track(
          machine.dieAt(random.pick(JOURNAL_POINTS), random.between(1, 12), this.#end.signal),
        );
      case 'power-cut':
        this.lostCommits += await machine.cutPower();
        return;
      case 'data-wiped':
        this.mayForget = true;
        return machine.wipe();
      case 'site-revoked':
        this.mayForget = true;
        return this.#revoke(machine, random.between(0, MOST_AWAY_MS / 2));
      case 'terminal-cut':
        return this.#track(place.terminal.reboot(random.between(0, 3000)));
      case 'bulk-otherwise':
        place.terminal.options.bulkWrite = random.pick([
          'unknown',
          'refused',
          'skips',
          'stops',
          'dies',
          'whole',
        ]);
        return;
      case 'terminal-refused':
        place.terminal.faults.add({
          kind: random.pick(['refuse', 'full', 'cut', 'apply-without-ack']),
          command: random.pick([Command.writeUser, Command.writeUsers, Command.deleteUser]),
          times: random.between(1, 3),
        });
        return;
      case 'broker-restarted':
        return this.#track(this.#arena.restartBroker());
      case 'line-cut':
        return this.#arena.cutLine(machine);
      default:
        await sleep(random.between(100, 1200));
    }
  }

  #away(machine: Machine, ms: number): void {
    this.#onMachine(machine, async () => {
      await machine.agent.stop();
      await this.#pause(ms);
      await machine.agent.start();
    });
  }

  #revoke(machine: Machine, ms: number): void {
    const { call, readmit } = this.#arena;
    this.#onMachine(machine, async () => {
      await call('DELETE', `/sites/${machine.agent.site.site}/agent`);
      await this.#pause(ms);
      await machine.agent.stop();
      await readmit(machine);
      await machine.agent.start();
    });
  }

  #onMachine(machine: Machine, work: () => Promise<void>): void {
    const before = this.#lanes.get(machine) ?? Promise.resolve();
    this.#lanes.set(machine, before.then(work));
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#end.signal }).catch(() => undefined);
  }

  #fate(name: string): () => Record<string, string> {
    return () => this.#arena.weather.fateOf(name);
  }

  async #asked(asked: Asked): Promise<OpenJob> {
    const { call } = this.#arena;
    const { items } = asked;
    const job: OpenJob = {
      items,
      from: performance.now(),
      id: null,
      createdAt: 0,
      ends: new Map(),
      data: null,
      wasCancelled: false,
      open: [],
    };
    this.jobs.push(job);
    const { status, body } = await ask(call, asked, this.#fate('users'));
    if (status === 202) job.id = body.operation_id;
    if (status === 200) {
      job.id = body.data.id;
      this.#note(job, body.data);
    }
    if (job.id !== null) void this.#track(this.#follow(job));
    return job;
  }

  /** Asks again and again until it has ended, or the schedule has. */
  async #follow(job: OpenJob): Promise<void> {
    while (!this.#end.signal.aborted && job.data?.settled_at === undefined) {
      await this.#look(job);
      await this.#pause(LOOK_EVERY_MS);
    }
  }

  async #look(job: OpenJob): Promise<void> {
    if (job.id === null) return;
    const data = await look(this.#arena.call, job.id, this.#fate('operations')());
    if (data !== null) this.#note(job, data);
  }

  /** What is told of an item first is told for good. */
  #note(job: OpenJob, data: NonNullable<Awaited<ReturnType<typeof look>>>): void {
    job.createdAt = Date.parse(String(data.created_at));
    if (job.data?.settled_at !== undefined && JSON.stringify(job.data) !== JSON.stringify(data)) {
      this.lies.push(`${job.id} had ended, and is told otherwise: ${differing(job.data, data)}`);
    }
    job.data = data;
    job.open = data.results.filter((told) => !hasEnded(told));
    for (const told of data.results.filter(hasEnded)) {
      const known = job.ends.get(itemKey(told));
      if (known === undefined) job.ends.set(itemKey(told), { told, at: performance.now() });
      else if (JSON.stringify(known.told) !== JSON.stringify(told)) {
        this.lies.push(
          `item ${itemKey(told)} of ${job.id} was ${wordsOf(known.told)}, then ${wordsOf(told)}`,
        );
      }
    }
  }

  #cancel(): void {
    const open = this.jobs.filter(({ id, data }) => id !== null && data?.settled_at === undefined);
    const [first, ...others] = open;
    if (first === undefined) return;
    const job = this.#random.pick([first, ...others]);
    if (job.id === null) return;
    job.wasCancelled = true;
    this.#track(cancel(this.#arena.call, job.id, this.#fate('operations')));
  }

  /** A change of one user. */
  async #call({ device }: Place, userId: string, card: number): Promise<void> {
    const from = performance.now();
    const path = `/devices/${device}/users/${userId}`;
    const headers = { 'idempotency-key': `single-${card}` };
    let verdict: Single['verdict'] = 'open';
    for (let n = 0; n < SINGLE_TRIES && verdict === 'open'; n++) {
      const answer = await this.#arena.call('PUT', path, { card }, headers).catch(() => null);
      const code = answer?.body?.code;
      if (answer?.status === 200) verdict = 'ok';
      else if (code === 'user_not_found') verdict = 'absent';
      else if (answer?.status === 404 || code === 'superseded') verdict = 'no';
      else await sleep(LOOK_EVERY_MS);
    }
    const to = verdict === 'open' ? Number.POSITIVE_INFINITY : performance.now();
    const change = { kind: 'update', fields: { card } } as const;
    this.singles.push({ author: 'caller', device, userId, from, to, change, verdict });
  }

  #track(work: Promise<unknown>): void {
    const tracked = work.catch((error: unknown) => void this.lies.push(String(error)));
    this.#running.add(tracked);
    void tracked.finally(() => this.#running.delete(tracked));
  }
}

function wordsOf({ state, error }: Told): string {
  return `${state} ${error?.code ?? ''} ${error?.applied ?? ''}`.trim();
}

function differing(one: Record<string, unknown>, other: Record<string, unknown>): string {
  const names = Object.keys({ ...one, ...other });
  const parts = names.filter((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]));
  return parts
    .map((name) => `${name} ${JSON.stringify(one[name])} ${JSON.stringify(other[name])}`)
    .join('; ');
}
