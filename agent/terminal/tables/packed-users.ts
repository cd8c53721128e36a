// The records of a table of users as the terminal gives them: one piece of memory, with two ways to find a record in it.
import { randomInt } from 'node:crypto';
import { UID_AT, USER_LAYOUTS, type UserWidth } from '../../zk/user-layout.ts';
import { userIdAt } from '../../zk/users.ts';
import { SortedPlaces } from './sorted-places.ts';

/** Nobody outside can choose badges that all come to one key. */
const SEED = randomInt(2 ** 32);
const FNV_PRIME = 0x01000193;

/**
 * Ten thousand users take 0.8 MB here; as objects they took ten times as much, and an agent may have fifty such terminals. A
 * place is where a record stands in the table, from 0.
 */
export class PackedUsers {
  readonly width: UserWidth;
  #bytes: Buffer;
  #size: number;
  readonly #byUid: SortedPlaces;
  readonly #byBadge: SortedPlaces;
  /** How many different ones there are. */
  #uids = 0;
  #badges: number;

  /** @param set whole records of `width`, which nobody else uses from here on */
  constructor(set: Buffer, width: UserWidth) {
    this.width = width;
    this.#bytes = ownMemory(set);
    this.#size = set.length / width;
    this.#byUid = new SortedPlaces(this.#size, (place) => this.uidAt(place));
    this.#byBadge = new SortedPlaces(this.#size, (place) => this.#badgeKeyAt(place));
    let last = -1;
    for (const place of this.#byUid.all) {
      const uid = this.uidAt(place);
      if (uid !== last) this.#uids++;
      last = uid;
    }
    const badges = new Set<string>();
    for (let place = 0; place < this.#size; place++) badges.add(this.badgeAt(place));
    this.#badges = badges.size;
  }

  /** Records. */
  get size(): number {
    return this.#size;
  }

  /** True if no uid and no badge stands in two records. */
  get isUnique(): boolean {
    return this.#uids === this.#size && this.#badges === this.#size;
  }

  /** All bytes, in the order of the table; to be read at once. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#size * this.width);
  }

  /** The bytes of one record; to be read at once. */
  rawAt(place: number): Buffer {
    return this.#bytes.subarray(place * this.width, (place + 1) * this.width);
  }

  uidAt(place: number): number {
    return this.#bytes.readUInt16LE(place * this.width + UID_AT);
  }

  badgeAt(place: number): string {
    return userIdAt(this.#bytes, place * this.width, this.width);
  }

  /** All places by uid. */
  get byUid(): Uint32Array {
    return this.#byUid.all;
  }

  hasUid(uid: number): boolean {
    return this.#byUid.has(uid);
  }

  /** The places of a uid, in rising order. */
  ofUid(uid: number): readonly number[] {
    return this.#byUid.of(uid);
  }

  /** The places of a badge, in rising order. */
  ofBadge(userId: string): readonly number[] {
    const places = this.#byBadge.of(this.#badgeKey(userId));
    return places.filter((place) => this.badgeAt(place) === userId);
  }

  /** A record at the end of the table. */
  append(raw: Buffer): void {
    const place = this.#size;
    if ((place + 1) * this.width > this.#bytes.length) this.#grow();
    raw.copy(this.#bytes, place * this.width);
    this.#size++;
    this.#take(place);
  }

  /** Another record in the place of one. */
  replace(place: number, raw: Buffer): void {
    this.#leave(place);
    raw.copy(this.#bytes, place * this.width);
    this.#take(place);
  }

  /** Takes out a record; those behind it move up. */
  drop(place: number): void {
    const { width } = this;
    this.#leave(place);
    this.#bytes.copyWithin(place * width, (place + 1) * width, this.#size * width);
    this.#size--;
    this.#byUid.close(place);
    this.#byBadge.close(place);
  }

  #take(place: number): void {
    if (!this.hasUid(this.uidAt(place))) this.#uids++;
    if (this.ofBadge(this.badgeAt(place)).length === 0) this.#badges++;
    this.#byUid.add(place);
    this.#byBadge.add(place);
  }

  #leave(place: number): void {
    this.#byUid.remove(place);
    this.#byBadge.remove(place);
    if (!this.hasUid(this.uidAt(place))) this.#uids--;
    if (this.ofBadge(this.badgeAt(place)).length === 0) this.#badges--;
  }

  /** In place where it can be: a copy would wait, with the PINs in it, for memory to become scarce. */
  #grow(): void {
    const { byteOffset, buffer } = this.#bytes;
    const length = (this.#size + Math.max(16, this.#size >>> 4)) * this.width;
    this.#bytes = Buffer.from((buffer as ArrayBuffer).transfer(byteOffset + length), byteOffset, length);
  }

  /** The key of what stands there: as `#badgeKey` of that badge. */
  #badgeKeyAt(place: number): number {
    const { at, bytes } = USER_LAYOUTS[this.width].userId;
    const from = place * this.width + at;
    if (bytes === null) return this.#bytes.readUInt32LE(from);
    let key = SEED;
    for (let index = from; index < from + bytes; index++) {
      const byte = this.#bytes[index] ?? 0;
      if (byte === 0) break;
      key = Math.imul(key ^ byte, FNV_PRIME);
    }
    return key >>> 0;
  }

  /** By which a badge is found among others; whether it is the one must still be looked at. */
  #badgeKey(userId: string): number {
    if (USER_LAYOUTS[this.width].userId.bytes === null) return Number(userId) >>> 0;
    let key = SEED;
    for (let index = 0; index < userId.length; index++) {
      key = Math.imul(key ^ userId.charCodeAt(index), FNV_PRIME);
    }
    return key >>> 0;
  }
}

/** A table that lies in a larger piece of memory would hold all of that. */
function ownMemory(set: Buffer): Buffer {
  if (set.length >= set.buffer.byteLength * 0.9) return set;
  const own = Buffer.allocUnsafeSlow(set.length);
  set.copy(own);
  return own;
}
