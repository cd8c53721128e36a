// Which uids a terminal has used: a uid that is given out twice would give the punches of one person to the next one hired.
import * as z from 'zod';
import type { TextMemory } from '../ports.ts';
import type { Roster } from './roster.ts';

/** Highest uid that is given out: 65535 means "none" to some firmwares. */
const MAX_UID = 65_534;
const BITMAP_BYTES = 8192;

const noteSchema = z.strictObject({
  /** Whose uids these are, see `Learnt`. */
  identity: z.string(),
  /** Bit n: uid n was seen in a table or in the punches, or was given out. */
  used: z.base64(),
  /** Bit n: uid n occurs in the punches. */
  punched: z.base64(),
  /** True once the punches were looked at. */
  knowsPunches: z.boolean(),
});

export class UsedUids {
  readonly #memory: TextMemory;
  readonly #identity: string;
  readonly #used: Buffer;
  readonly #punched: Buffer;
  #knowsPunches = false;
  /** None above it was ever used. */
  #highest: number;

  constructor(memory: TextMemory, identity: string) {
    this.#memory = memory;
    this.#identity = identity;
    const known = parsed(memory.read(), identity);
    this.#used = bitmap(known?.used);
    this.#punched = bitmap(known?.punched);
    this.#knowsPunches = known?.knowsPunches ?? false;
    this.#highest = highestOf(this.#used);
  }

  get knowsPunches(): boolean {
    return this.#knowsPunches;
  }

  /** True once a punch was seen that bears a uid and no badge. */
  get punchesBearUids(): boolean {
    return this.#punched.some((bits) => bits !== 0);
  }

  /** True for a uid that is or was somebody's, as far as is known. */
  has(uid: number): boolean {
    return has(this.#used, uid);
  }

  /** Takes in uids that are on the terminal, or are about to be. On disk when it returns, where the disk has room. */
  add(uids: Iterable<number>): void {
    const news = [...uids];
    if (this.#mark(news)) this.#keep();
  }

  /** Takes in the uids of all punches; none where punches bear badges. */
  addPunched(uids: Iterable<number>): void {
    const news = [...uids];
    const isNews = [this.#mark(news), mark(this.#punched, news), !this.#knowsPunches].includes(true);
    this.#knowsPunches = true;
    if (isNews) this.#keep();
  }

  /**
   * A uid for somebody new: above all that were ever used, up to `ceiling`; then the lowest that never was; then the lowest
   * that is free and in no punch; then any that is free. Null: none is.
   */
  choose(roster: Roster, ceiling: number | null): number | null {
    const top = Math.min(ceiling ?? MAX_UID, MAX_UID);
    const highest = Math.max(roster.highestUid, this.#highest);
    if (highest < top) return highest + 1;
    const isFree = (uid: number) => !roster.hasUid(uid);
    return (
      lowest(top, (uid) => isFree(uid) && !has(this.#used, uid)) ??
      lowest(top, (uid) => isFree(uid) && !has(this.#punched, uid)) ??
      lowest(top, isFree)
    );
  }

  #mark(uids: readonly number[]): boolean {
    const isNews = mark(this.#used, uids);
    for (const uid of uids) if (uid <= MAX_UID && uid > this.#highest) this.#highest = uid;
    return isNews;
  }

  #keep(): void {
    // Without an identity, nobody could say after a restart which terminal this belongs to.
    if (this.#identity === '') return;
    const note: z.input<typeof noteSchema> = {
      identity: this.#identity,
      used: packed(this.#used),
      punched: packed(this.#punched),
      knowsPunches: this.#knowsPunches,
    };
    this.#memory.write(JSON.stringify(note));
  }
}

function parsed(text: string | null, identity: string): z.output<typeof noteSchema> | null {
  if (text === null) return null;
  try {
    const note = noteSchema.parse(JSON.parse(text));
    return ownerOf(note.identity) === ownerOf(identity) ? note : null;
  } catch {
    return null;
  }
}

/** The same terminal under another firmware has the same past. One that tells no serial number goes by all it tells. */
function ownerOf(identity: string): string {
  const [serial = ''] = identity.split(' ');
  return serial === '' ? identity : serial;
}

function bitmap(base64: string | undefined): Buffer {
  const bits = Buffer.alloc(BITMAP_BYTES);
  if (base64 !== undefined) Buffer.from(base64, 'base64').copy(bits);
  return bits;
}

/** Most terminals use low uids: what follows the last one is left out. */
function packed(bits: Buffer): string {
  let end = bits.length;
  while (end > 0 && bits[end - 1] === 0) end--;
  return bits.toString('base64', 0, end);
}

function has(bits: Buffer, uid: number): boolean {
  return ((bits[uid >> 3] ?? 0) & (1 << (uid & 7))) !== 0;
}

/** The highest bit that is set; 0 if none is. */
function highestOf(bits: Buffer): number {
  for (let uid = MAX_UID; uid > 0; uid--) if (has(bits, uid)) return uid;
  return 0;
}

/** True if any of them was not marked yet. */
function mark(bits: Buffer, uids: Iterable<number>): boolean {
  let isNews = false;
  for (const uid of uids) {
    if (uid < 0 || uid > MAX_UID || has(bits, uid)) continue;
    bits[uid >> 3] = (bits[uid >> 3] ?? 0) | (1 << (uid & 7));
    isNews = true;
  }
  return isNews;
}

function lowest(top: number, accepts: (uid: number) => boolean): number | null {
  for (let uid = 1; uid <= top; uid++) if (accepts(uid)) return uid;
  return null;
}
