// Which uid somebody new is given, and what refusals of one show about the highest that the terminal takes.
import type { TextMemory } from '../ports.ts';
import type { KnownDialect } from '../session/known-dialect.ts';
import type { Roster } from './roster.ts';
import { UsedUids } from './used-uids.ts';

export class NewUids {
  /** The uids that this terminal has used. */
  readonly used: UsedUids;
  readonly #known: KnownDialect;
  /** The uid above this was refused, perhaps for being so high: a lower one is being tried. */
  #suspectedTop: number | null = null;
  /** The uid that was refused last, being above all others; null once somebody new was taken, or refused for good. */
  #refused: number | null = null;

  /** `memory` keeps which uids the terminal has used. */
  constructor(known: KnownDialect, memory: TextMemory) {
    this.used = new UsedUids(memory, known.identity);
    this.#known = known;
  }

  /** A uid for somebody new, within what the terminal says that it can hold. Null: none is free. */
  choose(roster: Roster): number | null {
    const room = roster.counters?.capacity?.users ?? 0;
    // A terminal that counts itself full should refuse by itself.
    const ceiling = roster.size >= room ? null : Math.max(room, roster.highestUid);
    const top = this.#suspectedTop ?? this.#known.learnt.highestUid;
    const below = top === null ? null : this.used.choose(roster, top);
    // Its limit may have changed since: if no uid is left below it, the terminal decides.
    return below ?? this.used.choose(roster, ceiling);
  }

  /**
   * A uid above all others was refused. True if another one may do: a lower one that nobody had; or, as whoever had it may
   * stand in the punches, one that was used only where the uids above are refused twice.
   */
  refused(uid: number, roster: Roster): boolean {
    const before = this.#refused;
    const top = Math.max(roster.highestUid, Math.min(uid, before ?? uid) - 1);
    const lower = this.used.choose(roster, top);
    if (lower === null || lower >= uid) return false;
    if (before !== null || !this.used.has(lower)) this.#suspectedTop = top;
    this.#refused = uid;
    return true;
  }

  /** Somebody new was taken, or refused for good: only a lower uid that was taken shows that the higher one was the reason. */
  sawCreate(taken: boolean): void {
    if (taken && this.#suspectedTop !== null) this.#known.learn({ highestUid: this.#suspectedTop });
    this.#suspectedTop = null;
    this.#refused = null;
  }
}
