// Takes what is new in a terminal's log, and then, as long as nobody waits, what was there before the agent came.
import { type AttendanceWidth, decodeAttendanceAs } from '../zk/attendance.ts';
import { ATTENDANCE_LAYOUTS } from '../zk/attendance-layout.ts';
import type { LogCursor, LogOwner, PunchMemory } from './memory.ts';
import { isDated } from './punch.ts';

/** The log as it stood at one moment; records are numbered from the oldest on. */
export interface LogSnapshot {
  readonly records: number;
  /** The bytes of the records from `from` on, without `to`. */
  read(from: number, to: number): Promise<Buffer>;
}

export interface TakeOptions {
  readonly memory: Pick<PunchMemory, 'cursor' | 'move' | 'take' | 'tidy'>;
  readonly owner: LogOwner;
  readonly width: AttendanceWidth;
  readonly snapshot: LogSnapshot;
  /** How many events there is room for. */
  readonly room: () => number;
  /** Somebody waits for the terminal: the rest is taken another time. */
  readonly isWanted: () => boolean;
  /** Tests take small ones. */
  readonly sizes?: Sizes;
}

/** In records. */
interface Sizes {
  /** This many records are enough to recognise a log. */
  readonly mark: number;
  /** This many are taken at a time: a terminal sends them in a moment, and no more has to be repeated after a crash. */
  readonly slice: number;
  /** If the mark is not where it should be, it is looked for among this many of the newest records. */
  readonly searched: number;
}

const SIZES: Sizes = { mark: 32, slice: 400, searched: 4000 };

export interface Taken {
  readonly cursor: LogCursor;
  /** Punches that became events. */
  readonly told: number;
  /** Records with an impossible date or without a user. */
  readonly skipped: number;
  /** False while something of the log that is newer than the cursor is still to be taken. */
  readonly upToDate: boolean;
}

/** What one turn does; each slice is on disk before the next one is read. */
export async function takeLog(options: TakeOptions): Promise<Taken> {
  const turn = new Turn(options);
  await turn.begin();
  await turn.takeNew();
  await turn.takeHistory();
  return turn.result();
}

class Turn {
  readonly #options: TakeOptions;
  readonly #bytes: number;
  readonly #sizes: Sizes;
  readonly #isFirst: boolean;
  #cursor: LogCursor;
  #told = 0;
  #skipped = 0;

  constructor(options: TakeOptions) {
    this.#options = options;
    this.#sizes = options.sizes ?? SIZES;
    this.#bytes = ATTENDANCE_LAYOUTS[options.width].bytes;
    const known = options.memory.cursor(options.owner);
    this.#cursor = known ?? {
      generation: 0,
      width: options.width,
      taken: 0,
      history: 0,
      historyTotal: 0,
      mark: Buffer.alloc(0),
      live: 'unproven',
    };
    this.#isFirst = known === null;
  }

  /** Finds where the log goes on from what is known of it; where it does not, all of it is history. */
  async begin(): Promise<void> {
    const { memory, owner, snapshot, width } = this.#options;
    const shift = this.#isFirst || width !== this.#cursor.width ? null : await this.#shift();
    if (shift === 0) return;
    if (shift === null) {
      // What was there before the agent came waits for what is new; a log that was cleared since is all new.
      const history = this.#isFirst || snapshot.records > this.#sizes.searched ? snapshot.records : 0;
      const generation = this.#cursor.generation + 1;
      const mark = await this.#markBefore(history);
      const news = { generation, width, taken: history, history, historyTotal: history, mark };
      this.#cursor = { ...this.#cursor, ...news };
    } else {
      // The oldest records were overwritten: all others have moved up.
      const { taken, history } = this.#cursor;
      this.#cursor = { ...this.#cursor, taken: taken - shift, history: Math.max(0, history - shift) };
    }
    memory.move(owner, this.#cursor);
  }

  async takeNew(): Promise<void> {
    const { snapshot } = this.#options;
    while (this.#cursor.taken < snapshot.records && this.#mayGoOn()) {
      const { taken, mark } = this.#cursor;
      const to = Math.min(taken + this.#sizes.slice, snapshot.records);
      const slice = await snapshot.read(taken, to);
      const kept = Buffer.concat([mark, slice]).subarray(-this.#sizes.mark * this.#bytes);
      this.#take(slice, { ...this.#cursor, taken: to, mark: Buffer.from(kept) });
    }
  }

  async takeHistory(): Promise<void> {
    const { snapshot } = this.#options;
    while (this.#cursor.history > 0 && this.#isUpToDate && this.#mayGoOn()) {
      const { history } = this.#cursor;
      const from = Math.max(0, history - this.#sizes.slice);
      const slice = await snapshot.read(from, history);
      this.#take(slice, { ...this.#cursor, history: from }, true);
    }
  }

  result(): Taken {
    const { memory, owner } = this.#options;
    if (this.#isUpToDate && this.#cursor.history === 0) memory.tidy(owner);
    return { cursor: this.#cursor, told: this.#told, skipped: this.#skipped, upToDate: this.#isUpToDate };
  }

  get #isUpToDate(): boolean {
    return this.#cursor.taken === this.#options.snapshot.records;
  }

  #mayGoOn(): boolean {
    return !this.#options.isWanted() && this.#options.room() >= this.#sizes.slice;
  }

  #take(slice: Buffer, cursor: LogCursor, newestFirst = false): void {
    const { memory, owner, width } = this.#options;
    const { records } = decodeAttendanceAs(slice, width);
    const punches = records.filter(isDated);
    this.#skipped += records.length - punches.length;
    this.#told += memory.take(owner, newestFirst ? punches.reverse() : punches, cursor);
    this.#cursor = cursor;
  }

  /** By how many records the known part of the log has moved towards its beginning; null: it is not there any more. */
  async #shift(): Promise<number | null> {
    const { snapshot } = this.#options;
    const { taken, mark } = this.#cursor;
    const marked = mark.length / this.#bytes;
    if (taken <= snapshot.records) {
      const there = await snapshot.read(taken - marked, taken);
      if (there.equals(mark)) return 0;
    }
    if (marked === 0) return null;
    const from = Math.max(0, snapshot.records - this.#sizes.searched);
    const place = placeOf(mark, await snapshot.read(from, snapshot.records), this.#bytes);
    const shift = place === null ? -1 : taken - marked - (from + place);
    return shift < 0 ? null : shift;
  }

  async #markBefore(record: number): Promise<Buffer> {
    const from = Math.max(0, record - this.#sizes.mark);
    return from === record ? Buffer.alloc(0) : await this.#options.snapshot.read(from, record);
  }
}

/** Number of the record in `set` at which `mark` begins; null where it is not, or could be in several places. */
function placeOf(mark: Buffer, set: Buffer, bytes: number): number | null {
  const places: number[] = [];
  for (let at = set.indexOf(mark); at >= 0; at = set.indexOf(mark, at + 1)) {
    if (at % bytes === 0) places.push(at / bytes);
  }
  const [place, another] = places;
  return place === undefined || another !== undefined ? null : place;
}
