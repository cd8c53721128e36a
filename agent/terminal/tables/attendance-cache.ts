// The punches of one terminal, kept a minute: the next page of a long list needs no new read.
import { SerenoError } from '../../../shared/errors.ts';
import type { Timers } from '../../clock.ts';
import type { DeviceSettings } from '../../devices/settings.ts';
import { type AttendanceWidth, attendanceWidth } from '../../zk/attendance.ts';
import { ATTENDANCE_LAYOUTS } from '../../zk/attendance-layout.ts';
import { readSet } from '../../zk/bulk.ts';
import { asked } from '../../zk/commands.ts';
import type { Conversation } from '../../zk/conversation.ts';
import type { Counters, Room } from '../../zk/counters.ts';
import { ZkError } from '../../zk/errors.ts';
import { mostRecords } from '../../zk/set-bounds.ts';
import { AttendanceBook } from './attendance-book.ts';
import type { RosterCache } from './roster-cache.ts';

/** 100,000 records are 4 MB: kept no longer than somebody turns pages. */
const KEEP_MS = 60_000;
/** An empty set reads alike in every layout. */
const WIDTH_OF_NOTHING = 40;
/** A table that its counter contradicts must come twice alike within so many reads. */
const BELIEVABLE_READS = 4;

export interface Reading {
  readonly book: AttendanceBook;
  /** Epoch ms at which the terminal held just this. */
  readonly at: number;
}

export interface AttendanceReadOptions {
  readonly signal?: AbortSignal;
  readonly now: () => number;
  /** Records where the terminal counts them, else bytes. */
  readonly onProgress?: (done: number, total: number) => void;
  /** A further page of a list begun before: where no counter tells, what was read for the first page will do. */
  readonly continuing: boolean;
}

export class AttendanceCache {
  readonly #device: DeviceSettings;
  readonly #clock: Timers;
  #known: Reading | null = null;
  #width: AttendanceWidth | null = null;
  /** True once the counter was seen to move with the table; false for good once the table changed without it. */
  #countMoves: boolean | null = null;
  #cancelTimer: (() => void) | null = null;

  constructor(device: DeviceSettings, clock: Timers) {
    this.#device = device;
    this.#clock = clock;
  }

  forget(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#known = null;
  }

  /**
   * The punches as they are now: those read before if the counter proves them, else a new read.
   * @throws ZkError; SerenoError `dialect_unknown` where the records fit several layouts.
   */
  async fresh(
    conversation: Conversation,
    cache: RosterCache,
    options: AttendanceReadOptions,
  ): Promise<Reading> {
    const at = options.now();
    const counters = await cache.counters(conversation, options.signal);
    const count = countIn(counters);
    const known = this.#known;
    const tells = count !== null && this.#countMoves === true && !isFull(counters);
    const isMoved = count !== null && count !== known?.book.size;
    if (known !== null && !tells && !isMoved && options.continuing) return known;
    if (known !== null && tells && count === known.book.size) return { ...known, at };
    const book = await this.#readBelieved(conversation, cache, counters, options);
    if (known !== null && count !== null) this.#compare(known.book, book, count);
    this.forget();
    this.#known = { book, at };
    this.#cancelTimer = this.#clock.after(KEEP_MS, () => this.forget(), { unref: true });
    return this.#known;
  }

  /**
   * A table with another number of punches than the terminal counts is read again: somebody may have punched meanwhile.
   * Where it has the same number once more, the counter counts something else; no table at all is not one of them.
   */
  async #readBelieved(
    conversation: Conversation,
    cache: RosterCache,
    counters: Counters | null,
    options: AttendanceReadOptions,
  ): Promise<AttendanceBook> {
    let count = countIn(counters);
    let size = -1;
    for (let read = 1; read <= BELIEVABLE_READS; read++) {
      const book = await this.#read(conversation, count, counters?.capacity, options);
      if (count === null || book.size === count) return book;
      if (book.size === size) {
        if (size > 0) return book;
        const params = { device: this.#device.id, problem: '@attendance_vanished', got: count } as const;
        throw new SerenoError('device_contradicts', { params });
      }
      size = book.size;
      count = countIn(await cache.counters(conversation, options.signal));
      if (book.size === count) return book;
    }
    const params = { device: this.#device.id, problem: '@attendance_change' } as const;
    throw new SerenoError('device_contradicts', { params });
  }

  #compare(known: AttendanceBook, book: AttendanceBook, count: number): void {
    if (this.#countMoves === false) return;
    if (book.size !== count || (known.size === book.size && !known.equals(book))) this.#countMoves = false;
    else if (known.size !== book.size) this.#countMoves = true;
  }

  async #read(
    conversation: Conversation,
    count: number | null,
    capacity: Room | undefined,
    { signal, onProgress }: AttendanceReadOptions,
  ): Promise<AttendanceBook> {
    const set = await readSet(conversation, 'attendance', {
      signal,
      capacity,
      onProgress: (bytes, total) =>
        count === null
          ? onProgress?.(bytes, total)
          : onProgress?.(Math.floor((bytes / total) * count), count),
    });
    const width = this.#widthOf(set, count);
    const records = set.length / ATTENDANCE_LAYOUTS[width].bytes;
    const most = mostRecords('attendance', capacity);
    if (records > most) {
      const problem = `${records} records where ${most} have room`;
      throw new ZkError('protocol', `${asked('readAttendance')}`, {
        problem,
        trouble: 'too_much',
        sent: true,
      });
    }
    return await AttendanceBook.of(set, width);
  }

  #widthOf(set: Buffer, count: number | null): AttendanceWidth {
    const stated = this.#device.dialect.attendance_record;
    if (stated !== undefined && set.length % stated !== 0) {
      const params = { problem: '@attendance_not_whole', got: set.length, max: stated } as const;
      throw new SerenoError('device_contradicts', { params: { device: this.#device.id, ...params } });
    }
    const width = attendanceWidth(set, stated === undefined ? count : set.length / stated);
    if (width === null) return this.#width ?? WIDTH_OF_NOTHING;
    if (width !== 'ambiguous' && width !== 'nonsense') {
      this.#width = width;
      return width;
    }
    if (width === 'ambiguous' && this.#width !== null) return this.#width;
    const problem = width === 'ambiguous' ? '@attendance_layouts' : '@attendance_nonsense';
    throw new SerenoError('dialect_unknown', { params: { device: this.#device.id, problem } });
  }
}

/** Some terminals count none though they have some. */
function countIn(counters: Counters | null): number | null {
  return counters === null || counters.records === 0 ? null : counters.records;
}

/** The oldest punch makes room for the newest: the count stands still. */
function isFull(counters: Counters | null): boolean {
  const capacity = counters?.capacity?.records ?? 0;
  return capacity > 0 && (counters?.records ?? 0) >= capacity;
}
