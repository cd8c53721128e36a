// One schedule of the campaign of punches: people punch while agent, lines, terminals and memory fail; in the end the cloud is compared with the model.
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../terminal/random.ts';
import type { Arena } from './arena.ts';
import { type Counts, countsOf, differences, Model, wordsOf } from './model.ts';
import type { Weather } from './weather.ts';

const STEPS = 24;
const SETTLES_WITHIN_MS = 60_000;
const FIRST_DAY = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;
const SECOND_MS = 1000;
/** A clock that is set back goes back this far; no schedule lasts as long. */
const BACK_MS = 3_600_000;

type Act = 'punch' | 'pair' | 'crowd' | 'kill' | 'forget' | 'reboot' | 'clear' | 'back' | 'write' | 'rest';
const ACTS: readonly [Act, ...Act[]] = [
  'punch',
  'punch',
  'punch',
  'punch',
  'pair',
  'crowd',
  'kill',
  'forget',
  'reboot',
  'clear',
  'back',
  'write',
  'rest',
  'rest',
];

export interface Played {
  readonly seed: number;
  readonly acts: readonly Act[];
  readonly punches: number;
  /** What the cloud knows otherwise than it should; empty where all is well. */
  readonly wrong: readonly string[];
}

/** `number` gives the schedule a day of its own. */
export async function playPunches(
  arena: Arena,
  weather: Weather,
  seed: number,
  number: number,
): Promise<Played> {
  const schedule = new Schedule(arena, seed, number);
  const begins = await arena.call('GET', '/events?after=now');
  weather.foul(new Random(seed ^ 0x5eed));
  for (let step = 0; step < STEPS; step++) await schedule.step();
  weather.fair();
  const wrong = await schedule.settled();
  const untold = wrong.length > 0 ? [] : await schedule.missingInFeed(begins.body.next_cursor);
  return { seed, acts: schedule.acts, punches: schedule.punches, wrong: [...wrong, ...untold] };
}

class Schedule {
  readonly acts: Act[] = [];
  readonly #arena: Arena;
  readonly #random: Random;
  readonly #model = new Model();
  readonly #day: string;
  readonly #devices: readonly [string, ...string[]];
  #time: number;
  punches = 0;

  constructor(arena: Arena, seed: number, number: number) {
    this.#arena = arena;
    this.#random = new Random(seed);
    this.#time = FIRST_DAY + number * DAY_MS + 20 * BACK_MS;
    this.#day = new Date(this.#time).toISOString().slice(0, 10);
    this.#devices = [...arena.terminals.keys()] as [string, ...string[]];
  }

  async step(): Promise<void> {
    const act = this.#random.pick(ACTS);
    this.acts.push(act);
    const device = this.#random.pick(this.#devices);
    const { agent } = this.#arena;
    if (act === 'punch') this.#punch(device, 1);
    else if (act === 'pair') this.#punch(device, 2);
    else if (act === 'crowd') for (let n = 0; n < 12; n++) this.#punch(device, 1);
    else if (act === 'kill') agent.kill();
    else if (act === 'forget') await this.#arena.forget();
    else if (act === 'reboot') void this.#arena.terminals.get(device)?.reboot(this.#random.between(0, 800));
    else if (act === 'clear') await this.#clear(device);
    else if (act === 'back') this.#time -= BACK_MS;
    else if (act === 'write') void this.#write(device);
    else await sleep(this.#random.between(100, 1500));
  }

  #punch(device: string, times: number): void {
    const terminal = this.#arena.terminals.get(device);
    if (terminal === undefined) return;
    this.#time += SECOND_MS;
    const time = new Date(this.#time).toISOString().slice(0, 19);
    const badge = `${this.#random.between(1001, 1006)}`;
    for (let n = 0; n < times; n++) {
      terminal.punch(badge, { time });
      this.#model.punched(wordsOf(device, badge, time));
      this.punches++;
    }
  }

  async #clear(device: string): Promise<void> {
    const terminal = this.#arena.terminals.get(device);
    if (terminal?.enabled !== true) return;
    const known = await this.#known();
    if (!terminal.enabled) return;
    const today = terminal.attendance().filter(({ time }) => time?.startsWith(this.#day));
    this.#model.cleared(
      today.map(({ userId, time }) => wordsOf(device, userId, time ?? '')),
      known,
    );
    terminal.keypad.clearAttendance();
  }

  /** What comes of it is not looked at here: it is in the way. */
  async #write(device: string): Promise<void> {
    const name = `N${this.#random.between(1, 999)}`;
    await this.#arena.call('PUT', `/devices/${device}/users/1001`, { name }).catch(() => undefined);
  }

  async #rows(): Promise<{ readonly id: string; readonly words: string }[]> {
    const rows: { id: string; words: string }[] = [];
    let cursor = '';
    do {
      const query = `from=${this.#day}&to=${this.#day}&limit=1000${cursor}`;
      const { status, body } = await this.#arena.call('GET', `/punches?${query}`);
      if (status !== 200) throw new Error(`GET /punches answered ${status}`);
      for (const { id, device_id, user_id, local } of body.data) {
        rows.push({ id, words: wordsOf(device_id, user_id, local) });
      }
      cursor = body.next_cursor === undefined ? '' : `&cursor=${encodeURIComponent(body.next_cursor)}`;
    } while (cursor !== '');
    return rows;
  }

  async #known(): Promise<Counts> {
    return countsOf((await this.#rows()).map(({ words }) => words));
  }

  /** Waits until the cloud knows what it should; what is wrong with what it knows in the end. */
  async settled(): Promise<string[]> {
    const until = Date.now() + SETTLES_WITHIN_MS;
    for (;;) {
      const wrong = differences(this.#model.expected, await this.#known());
      if (wrong.length === 0 || Date.now() > until) return wrong;
      await sleep(500);
    }
  }

  /** Punches that a reader of the feed, who began at `cursor`, was not told of. */
  async missingInFeed(cursor: string): Promise<string[]> {
    const told = new Set<string>();
    for (let after = cursor; ; ) {
      const { body } = await this.#arena.call('GET', `/events?limit=1000&after=${encodeURIComponent(after)}`);
      for (const { id } of body.data) told.add(id);
      if (body.data.length === 0) break;
      after = body.next_cursor;
    }
    return (await this.#rows())
      .filter(({ id }) => !told.has(id))
      .map(({ words }) => `not in the feed ${words}`);
  }
}
