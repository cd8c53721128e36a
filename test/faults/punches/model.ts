// What was punched in one schedule, and what of it the cloud must know in the end.

/** Counts of punches that are alike, by what they say. */
export type Counts = ReadonlyMap<string, number>;

export interface Expected {
  /** So many of each are known at least … */
  readonly least: Counts;
  /** … and at most. */
  readonly most: Counts;
}

/** A punch in words: device, badge, local time. */
export function wordsOf(device: string, badge: string, local: string): string {
  return `${device} ${badge} ${local}`;
}

export class Model {
  readonly #made = new Map<string, number>();
  /** What was cleared from a log, and which an agent alone is known to have. */
  readonly #held = new Map<string, number>();
  /** What was cleared from a log before anybody was known to have it. */
  readonly #perhaps = new Map<string, number>();

  punched(words: string): void {
    this.#made.set(words, (this.#made.get(words) ?? 0) + 1);
  }

  /** A log was cleared that held `held`; of these the cloud had `known`, and its agent has had `sent`. */
  cleared(held: readonly string[], known: Counts, sent: Counts): void {
    for (const [words, count] of countsOf(held)) {
      const [stored, read] = [known.get(words) ?? 0, sent.get(words) ?? 0];
      const open = count - Math.max(stored, read);
      if (open > 0) this.#perhaps.set(words, open);
      if (read > stored) this.#held.set(words, Math.min(read, count) - stored);
    }
  }

  /** An agent has lost all that it held of these devices: what the cloud does not have and no log any more may be lost. */
  forgotten(devices: readonly string[], known: Counts): void {
    for (const [words, count] of this.#held) {
      if (!devices.includes(words.split(' ')[0] ?? '')) continue;
      const open = (this.#made.get(words) ?? 0) - (known.get(words) ?? 0);
      if (open > 0) this.#perhaps.set(words, Math.max(this.#perhaps.get(words) ?? 0, Math.min(open, count)));
      this.#held.delete(words);
    }
  }

  get expected(): Expected {
    const least = new Map(
      [...this.#made].map(([words, count]) => [words, count - (this.#perhaps.get(words) ?? 0)]),
    );
    return { least, most: this.#made };
  }
}

export function countsOf(all: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const words of all) counts.set(words, (counts.get(words) ?? 0) + 1);
  return counts;
}

/** What is missing and what is too much, in words; empty where all is as expected. */
export function differences({ least, most }: Expected, known: Counts): string[] {
  const missing = [...least].filter(([words, count]) => (known.get(words) ?? 0) < count);
  const invented = [...known].filter(([words, count]) => count > (most.get(words) ?? 0));
  return [
    ...missing.map(([words, count]) => `missing ${words}: ${known.get(words) ?? 0} of ${count}`),
    ...invented.map(([words, count]) => `invented ${words}: ${count} of ${most.get(words) ?? 0}`),
  ];
}
