// The punches of one read, newest first, decoded only where they are asked for: a terminal may hold 100,000.
import type { Attendance } from '../../../shared/domain/attendance.ts';
import { ATTENDANCE_LAYOUTS, type AttendanceWidth } from '../../zk/attendance-layout.ts';
import { filterInSlices, sortInSlices } from '../../zk/slices.ts';
import { decodeTime, formatTime } from '../../zk/time.ts';
import type { Roster } from './roster.ts';

/** Which punches of a book are wanted; moments are `YYYY-MM-DDTHH:MM:SS`, both inclusive. */
export interface PunchFilter {
  readonly user_id?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Punches in order, read where they lie. */
export interface PunchList {
  readonly length: number;
  timestampAt(position: number): string;
  punchAt(position: number): Attendance;
}

/** Badge of a punch that has a uid only. */
export type Naming = (uid: number) => string;

/**
 * The badge that a uid has on `roster`. A uid that nobody has belongs to somebody who was deleted: these punches
 * are listed under the uid's digits, or under `uid:7` if those digits are now somebody else's badge.
 */
export function naming(roster: Roster): Naming {
  return (uid) => {
    const [badge, another] = roster.badgesAt(uid);
    if (another !== undefined) return `uid:${uid}`;
    if (badge !== undefined) return badge;
    return roster.all(`${uid}`).length === 0 ? `${uid}` : `uid:${uid}`;
  };
}

export class AttendanceBook {
  readonly #set: Buffer;
  readonly #width: AttendanceWidth;
  /** Places of the records with a date that exists: newest first, those of one second as the terminal has them. */
  readonly #order: Uint32Array;
  /** Places of the records with an impossible date. */
  readonly #undated: Uint32Array;

  private constructor(set: Buffer, width: AttendanceWidth, order: Uint32Array, undated: Uint32Array) {
    this.#set = set;
    this.#width = width;
    this.#order = order;
    this.#undated = undated;
  }

  /** `set` is made of whole records of `width`. */
  static async of(set: Buffer, width: AttendanceWidth): Promise<AttendanceBook> {
    const { bytes, timeAt } = ATTENDANCE_LAYOUTS[width];
    const places = new Uint32Array(set.length / bytes).map((_, at) => at);
    const packed = (place: number) => set.readUInt32LE(place * bytes + timeAt);
    const isDated = (place: number) => decodeTime(packed(place)) !== null;
    const dated = await filterInSlices(places, isDated);
    // The packed time grows with the calendar, so it orders as the text does.
    const order = await sortInSlices(dated, (place) => -packed(place));
    const undated =
      dated.length === places.length
        ? new Uint32Array()
        : await filterInSlices(places, (place) => !isDated(place));
    return new AttendanceBook(set, width, order, undated);
  }

  /** Records, undated ones included. */
  get size(): number {
    return this.#order.length + this.#undated.length;
  }

  /** True if both were made of the same bytes. */
  equals(other: AttendanceBook): boolean {
    return this.#set.equals(other.#set);
  }

  /** True where only the roster leads from a punch to its badge. */
  get needsNaming(): boolean {
    return !ATTENDANCE_LAYOUTS[this.#width].hasBadge;
  }

  /** The uids of all punches; none where they bear badges. */
  uids(): Set<number> {
    const uids = new Set<number>();
    if (!this.needsNaming) return uids;
    const { bytes, decode } = ATTENDANCE_LAYOUTS[this.#width];
    for (let at = 0; at < this.#set.length; at += bytes) uids.add(decode(this.#set, at, null).uid ?? 0);
    return uids;
  }

  /** The punches that `filter` wants. */
  async select(filter: PunchFilter, name: Naming): Promise<PunchList> {
    const { from, to, user_id } = filter;
    const begin = to === undefined ? 0 : this.#firstWhere((timestamp) => timestamp <= to);
    const end = from === undefined ? this.#order.length : this.#firstWhere((timestamp) => timestamp < from);
    const within = this.#order.subarray(begin, Math.max(begin, end));
    const isWanted = (place: number) => this.#badge(place, name) === user_id;
    const places = user_id === undefined ? within : await filterInSlices(within, isWanted);
    return {
      length: places.length,
      timestampAt: (position) => this.#timestamp(places[position] ?? 0),
      punchAt: (position) => this.#punch(places[position] ?? 0, name),
    };
  }

  /** How many punches have an impossible date; only those of `userId` where it is given. */
  async skipped(userId: string | undefined, name: Naming): Promise<number> {
    if (userId === undefined) return this.#undated.length;
    return (await filterInSlices(this.#undated, (place) => this.#badge(place, name) === userId)).length;
  }

  /** First position in order for which `holds`; it holds for all that follow. */
  #firstWhere(holds: (timestamp: string) => boolean): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(this.#timestamp(this.#order[middle] ?? 0))) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #packed(place: number): number {
    const { bytes, timeAt } = ATTENDANCE_LAYOUTS[this.#width];
    return this.#set.readUInt32LE(place * bytes + timeAt);
  }

  #timestamp(place: number): string {
    const time = decodeTime(this.#packed(place));
    return time === null ? '' : formatTime(time);
  }

  #badge(place: number, name: Naming): string {
    const { bytes, decode } = ATTENDANCE_LAYOUTS[this.#width];
    const { userId, uid } = decode(this.#set, place * bytes, null);
    return userId ?? name(uid ?? 0);
  }

  #punch(place: number, name: Naming): Attendance {
    const { bytes, decode } = ATTENDANCE_LAYOUTS[this.#width];
    const { userId, uid, status, punch } = decode(this.#set, place * bytes, null);
    return { user_id: userId ?? name(uid ?? 0), timestamp: this.#timestamp(place), status, punch };
  }
}
