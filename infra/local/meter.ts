// What a run calls that AWS would charge for, counted where the stand-ins serve it: for the model of costs, and nothing else.

/** IoT Core meters messages, and what rules take in, by 5 KB. Source: AWS IoT Core, "Additional metering details". */
const MESSAGE_BYTES = 5 * 1024;

/** What the table of prices has a price for. */
export const CHARGES = [
  'messages',
  'rules',
  'actions',
  'calls',
  'callMs',
  'writes',
  'reads',
  'requests',
] as const;
export type Charge = (typeof CHARGES)[number];

/** One charge by what it was for, as in `messages hello`. */
export type Entry = `${Charge} ${string}`;
export type Counts = Readonly<Partial<Record<Entry, number>>>;

/** A charge that a worker thread reports to the one that counts. */
export interface Charged {
  readonly charge: Charge;
  readonly of: string;
  readonly count: number;
}

export class Meter {
  #counts: Partial<Record<Entry, number>> = {};

  add({ charge, of, count }: Charged): void {
    const entry: Entry = `${charge} ${of}`;
    this.#counts[entry] = (this.#counts[entry] ?? 0) + count;
  }

  /** A message of so many bytes, its topic with it; at least one is charged. */
  message(of: string, bytes: number): void {
    this.add({ charge: 'messages', of, count: unitsOf(bytes) });
  }

  /** A message that has set off a rule, and with it its action, unless the rule's condition did not hold. */
  rule(of: string, bytes: number, acts = true): void {
    this.add({ charge: 'rules', of, count: unitsOf(bytes) });
    if (acts) this.add({ charge: 'actions', of, count: unitsOf(bytes) });
  }

  /** What was counted since the start, or since the last `take`. */
  get counts(): Counts {
    return { ...this.#counts };
  }

  take(): Counts {
    const counted = this.#counts;
    this.#counts = {};
    return counted;
  }
}

function unitsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / MESSAGE_BYTES));
}
