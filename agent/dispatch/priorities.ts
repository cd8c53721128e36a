// What may have the next turn at a terminal, the most urgent first; and the line in which it waits.

interface PriorityRow {
  /** How many may wait; one more is answered that the device is busy. */
  readonly most: number;
  /** How long it may go on at the terminal once something more urgent waits, ms; null: until it has ended. */
  readonly givesWayInMs: number | null;
  /** It waits while somebody enrols; anything else is answered that the device is busy. */
  readonly isPatient?: true;
}

const ANY = Number.POSITIVE_INFINITY;

/** In this order; equal ones first come, first served. */
export const PRIORITIES = {
  /** An identifier that should be off the terminal by now. */
  overdue: { most: ANY, givesWayInMs: null, isPatient: true },
  /** The device is to have other settings, or is to go: between two commands. */
  settings: { most: ANY, givesWayInMs: null },
  command: { most: 200, givesWayInMs: null },
  /** What the agent does for the rules it keeps: nobody waits for an answer within seconds. */
  rule: { most: ANY, givesWayInMs: null, isPatient: true },
  /** One of many that the cloud has asked for at once: nobody waits for it within seconds. */
  batch: { most: ANY, givesWayInMs: null, isPatient: true },
  /** A look at a terminal that nobody asks: if it answers at once it serves whoever comes, else the look is given up. */
  look: { most: ANY, givesWayInMs: 250 },
  /** What nobody waits for: it ends by itself as soon as it may, within the time that one exchange takes. */
  idle: { most: ANY, givesWayInMs: 1000 },
} as const satisfies Readonly<Record<string, PriorityRow>>;

export type Priority = keyof typeof PRIORITIES;

const ORDER = Object.keys(PRIORITIES);

/** Whether it waits while the terminal is held. */
export function isPatient(priority: Priority): boolean {
  const row: PriorityRow = PRIORITIES[priority];
  return row.isPatient === true;
}

export function isMoreUrgent(one: Priority, other: Priority): boolean {
  return ORDER.indexOf(one) < ORDER.indexOf(other);
}

interface Waiting {
  readonly priority: Priority;
}

/** What waits, in the order in which it will be served. */
export class WaitingLine<T extends Waiting> {
  #items: T[] = [];

  get first(): T | undefined {
    return this.#items[0];
  }

  get items(): readonly T[] {
    return this.#items;
  }

  /** How many of one priority wait. */
  count(priority: Priority): number {
    return this.#items.filter((item) => item.priority === priority).length;
  }

  add(item: T): void {
    const behind = this.#items.findIndex(({ priority }) => isMoreUrgent(item.priority, priority));
    this.#items.splice(behind < 0 ? this.#items.length : behind, 0, item);
  }

  shift(): T | undefined {
    return this.#items.shift();
  }

  remove(item: T): void {
    this.#items = this.#items.filter((each) => each !== item);
  }

  /** Takes everything out. */
  clear(): readonly T[] {
    return this.#items.splice(0);
  }
}
