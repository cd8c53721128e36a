// One schedule of the campaign of punches as it is played: its acts, and what they make the cloud know.
import { setTimeout as sleep } from 'node:timers/promises';
import type { IntakeEvent } from '../../../shared/wire/events.ts';
import { Random } from '../../terminal/random.ts';
import type { Machine } from '../machine.ts';
import { type ActKind, DEATHS, urnOf } from './acts.ts';
import type { Arena, Place } from './arena.ts';
import { Model, wordsOf } from './model.ts';
import { Sent } from './sent.ts';
import { type Stored, storedOf, wordsIn } from './stored.ts';
import type { Weather } from './weather.ts';

const FIRST_DAY = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;
const SECOND_MS = 1000;
/** A clock that is set back goes back this far; no schedule lasts as long. */
const BACK_MS = 3_600_000;

export class Schedule {
  readonly acts: ActKind[] = [];
  readonly model = new Model();
  punches = 0;
  /** Commits that power cuts took. */
  lostCommits = 0;
  readonly #arena: Arena;
  readonly #weather: Weather;
  readonly #random: Random;
  readonly #urn: readonly [ActKind, ...ActKind[]];
  readonly #day: string;
  readonly #devices: readonly [string, ...string[]];
  readonly #sent: Sent;
  readonly #end = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #time: number;

  /** `number` gives the schedule a day of its own. */
  constructor(arena: Arena, weather: Weather, seed: number, number: number, only: readonly ActKind[]) {
    this.#arena = arena;
    this.#weather = weather;
    this.#random = new Random(seed);
    this.#urn = urnOf(only);
    this.#time = FIRST_DAY + number * DAY_MS + 20 * BACK_MS;
    this.#day = new Date(this.#time).toISOString().slice(0, 10);
    this.#sent = new Sent(this.#day);
    this.#devices = [...arena.places.keys()] as [string, ...string[]];
    weather.onBatch = (event: IntakeEvent) => this.#sent.hear(event);
  }

  /** What the cloud has stored of this schedule. */
  stored(): Promise<Stored[]> {
    return storedOf(this.#arena.call, this.#day);
  }

  async step(): Promise<void> {
    const act = this.#random.pick(this.#urn);
    const device = this.#random.pick(this.#devices);
    const place = this.#arena.places.get(device);
    if (place === undefined) return;
    this.acts.push(act);
    this.#weather.count(act);
    await this.#strike(act, device, place);
  }

  /** Nothing strikes any more. */
  async over(): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#running);
  }

  async #strike(act: ActKind, device: string, { terminal, machine }: Place): Promise<void> {
    switch (act) {
      case 'punched':
        return this.#punch(device, 1);
      case 'paired':
        return this.#punch(device, 2);
      case 'crowded':
        for (let n = 0; n < 12; n++) this.#punch(device, 1);
        return;
      case 'agent-killed':
        return machine.agent.kill();
      case 'agent-died':
        return this.#track(machine.dieAt(this.#random.pick(DEATHS), 1, this.#end.signal));
      case 'power-cut':
        this.lostCommits += await machine.cutPower();
        return;
      case 'memory-lost':
        return this.#forget(machine, 'punches.db');
      case 'journal-wiped':
        return this.#forget(machine);
      case 'terminal-cut':
        return this.#track(terminal.reboot(this.#random.between(0, 800)));
      case 'log-cleared':
        return this.#clear(device, terminal);
      case 'clock-back':
        this.#time -= BACK_MS;
        return;
      case 'broker-restarted':
        return this.#track(this.#arena.restartBroker());
      case 'line-cut':
        return this.#arena.cutLine(machine);
      case 'cloud-away':
        return this.#weather.away(this.#random.between(1000, 4000));
      case 'user-written':
        return this.#track(this.#write(device));
      default:
        await sleep(this.#random.between(100, 1500));
    }
  }

  #punch(device: string, times: number): void {
    const terminal = this.#arena.places.get(device)?.terminal;
    this.#time += SECOND_MS;
    const time = new Date(this.#time).toISOString().slice(0, 19);
    const badge = `${this.#random.between(1001, 1006)}`;
    for (let n = 0; n < times; n++) {
      terminal?.punch(badge, { time });
      this.model.punched(wordsOf(device, badge, time));
      this.punches++;
    }
  }

  async #clear(device: string, terminal: Place['terminal']): Promise<void> {
    if (!terminal.enabled) return;
    const known = wordsIn(await this.stored());
    if (!terminal.enabled) return;
    const today = terminal.attendance().filter(({ time }) => time?.startsWith(this.#day));
    const held = today.map(({ userId, time }) => wordsOf(device, userId, time ?? ''));
    this.model.cleared(held, known, this.#sent.counts);
    terminal.keypad.clearAttendance();
  }

  /** What the agent had sent and the cloud has not, it has no more. */
  async #forget(machine: Machine, database?: string): Promise<void> {
    await machine.wipe(database);
    const devices = this.#devices.filter((id) => this.#arena.places.get(id)?.machine === machine);
    this.#sent.forget(devices);
    this.model.forgotten(devices, wordsIn(await this.stored()));
  }

  /** What comes of it is not looked at here: it is in the way. */
  async #write(device: string): Promise<void> {
    const name = `N${this.#random.between(1, 999)}`;
    await this.#arena.call('PUT', `/devices/${device}/users/1001`, { name }).catch(() => undefined);
  }

  #track(work: Promise<unknown>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }
}
