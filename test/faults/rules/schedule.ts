// One schedule of rules as it is played: cards are given and used while agent, terminals, broker and clock fail.
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../terminal/random.ts';
import { CLOCK_FILE } from '../preload/clock.ts';
import { type ActKind, DEATHS, urnOf } from './acts.ts';
import { type Arena, EMPLOYEES, type Place } from './arena.ts';
import { put, take, type Wished } from './caller.ts';

/** A card that was wished for, and what is known of it. */
export interface Given extends Wished {
  readonly place: Place;
  /** Null: the caller was told that it is not. */
  toldAt: number | null;
  isSure: boolean;
  endedAt: number | null;
  passes: number;
}

const CLOCK_MS = 600_000;
/** An agent whose clock is wrong is told the time when its line stands. */
const TOLD_TIME_MS = 4000;
const SUCCESS = ['created', 'updated'];

/** A schedule that is played again has cards of its own. */
let plays = 0;

export class Schedule {
  readonly acts: ActKind[] = [];
  readonly given: Given[] = [];
  lostCommits = 0;
  readonly #arena: Arena;
  readonly #random: Random;
  readonly #urn: readonly [ActKind, ...ActKind[]];
  readonly #end = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #isClockWrong = false;

  constructor(arena: Arena, seed: number, only: readonly ActKind[]) {
    this.#arena = arena;
    this.#random = new Random(seed);
    this.#urn = urnOf(only);
    const now = Math.ceil(Date.now() / 1000);
    plays = (plays % 4000) + 1;
    for (const place of arena.places) this.#wish(place, now);
  }

  /** Callers give the cards that were drawn, those of a terminal in one batch or one by one. */
  begin(): void {
    for (const place of this.#arena.places) {
      const own = this.given.filter((each) => each.place === place);
      const batches = this.#random.between(0, 1) === 0 ? [own] : own.map((each) => [each]);
      for (const batch of batches) this.#track(this.#give(place, batch));
    }
  }

  async step(): Promise<void> {
    const act = this.#random.pick(this.#urn);
    const place = this.#random.pick(this.#arena.places);
    this.acts.push(act);
    await this.#strike(act, place);
    await sleep(this.#random.between(20, 500));
  }

  /** Nothing strikes any more, and every caller has his answer. */
  async over(): Promise<void> {
    this.#end.abort();
    this.#arena.machine.order(CLOCK_FILE, null);
    await Promise.all(this.#running);
  }

  #wish(place: Place, now: number): void {
    const free = [...EMPLOYEES];
    const count = this.#random.between(1, 3);
    for (let n = 0; n < count; n++) {
      const card = plays * 0x100000 + this.#random.between(1, 0xfffff);
      const employee = this.#random.between(0, 2) === 0 ? free.pop() : undefined;
      const owner =
        employee === undefined
          ? ({ type: 'guest', name: `G${card}` } as const)
          : ({ type: 'owner', name: employee } as const);
      const from = now + this.#random.between(-1, 5);
      const to = from + this.#random.between(3, 8);
      const max = this.#random.between(0, 1) === 0 ? null : this.#random.between(1, 3);
      const open = { toldAt: null, isSure: false, endedAt: null, passes: 0 };
      this.given.push({ card, owner, from, to, max, place, ...open });
    }
  }

  async #give({ device }: Place, batch: readonly Given[]): Promise<void> {
    const infos = await put(this.#arena.call, device, batch);
    for (const [index, each] of batch.entries()) {
      const info = infos[index] ?? '';
      each.isSure = info !== 'unknown_outcome';
      each.toldAt = SUCCESS.includes(info) ? Date.now() : null;
    }
  }

  async #strike(act: ActKind, place: Place): Promise<void> {
    const { machine } = this.#arena;
    switch (act) {
      case 'passed':
        return this.#pass(place);
      case 'deleted':
        return this.#track(this.#take());
      case 'agent-killed':
        this.#agentDies();
        return machine.agent.kill();
      case 'agent-died':
        return this.#track(this.#dieAt());
      case 'power-cut':
        this.#agentDies();
        this.lostCommits += await machine.cutPower();
        return;
      case 'memory-lost':
        this.#agentDies();
        return machine.wipe('punches.db');
      case 'terminal-cut':
        return this.#track(place.sightings.reboot(this.#random.between(0, 2500)));
      case 'clock-stepped':
        this.#isClockWrong = true;
        return machine.order(CLOCK_FILE, String(this.#random.pick([CLOCK_MS, -CLOCK_MS])));
      case 'broker-restarted':
        return this.#track(this.#arena.restartBroker());
      case 'line-cut':
        return this.#arena.cutLine();
      case 'user-written':
        return this.#track(this.#write(place));
      default:
        await sleep(this.#random.between(100, 900));
    }
  }

  #agentDies(): void {
    for (const { sightings } of this.#arena.places)
      sightings.agentDies(this.#isClockWrong ? TOLD_TIME_MS : 0);
  }

  async #dieAt(): Promise<void> {
    const asked = Date.now();
    const struck = await this.#arena.machine.dieAt(this.#random.pick(DEATHS), 1, this.#end.signal);
    if (struck && Date.now() > asked) this.#agentDies();
  }

  /** Whoever has a card there uses it, as a person can: only while it stands. */
  #pass({ terminal, sightings }: Place): void {
    const now = Date.now();
    for (const each of this.given.filter(({ place }) => place.sightings === sightings)) {
      const holder = sightings.holder(each.card);
      if (holder === null) continue;
      terminal.punch(holder, { verify: 2 });
      each.passes += 1;
      if (each.max !== null && each.passes === each.max && each.endedAt === null) each.endedAt = now;
    }
  }

  async #take(): Promise<void> {
    const sure = this.given.filter(({ toldAt, endedAt }) => toldAt !== null && endedAt === null);
    if (sure.length === 0) return;
    const each = this.#random.pick(sure as [Given, ...Given[]]);
    // From here on nobody can say more than that it may be gone.
    each.isSure = false;
    const info = await take(this.#arena.call, each.place.device, each.card);
    if (info === 'deleted' || info === 'not_found') each.endedAt ??= Date.now();
  }

  /** What comes of it is not looked at here: it is in the way. */
  async #write({ device }: Place): Promise<void> {
    const name = `N${this.#random.between(1, 999)}`;
    await this.#arena
      .call('PUT', `/devices/${device}/users/${EMPLOYEES[0]}`, { name })
      .catch(() => undefined);
  }

  #track(work: Promise<unknown>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }
}
