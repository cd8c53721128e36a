// Something that gets damaged input and must survive it.
import type { Random } from '../terminal/random.ts';

export interface Target {
  readonly name: string;
  /** Feeds at least `count` damaged inputs. @returns how many there were. @throws Flaw */
  feed(count: number, random: Random): Promise<number>;
  /** Checks that everything is as it was before; releases everything. @throws Flaw */
  close(): Promise<void>;
}

/** Something happened that must not happen. */
export class Flaw extends Error {
  constructor(problem: string, cause?: unknown) {
    super(problem, cause === undefined ? undefined : { cause });
    this.name = 'Flaw';
  }
}

/** @throws Flaw if `work` is not done in time. */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Flaw(`${what} hangs: nothing within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Lets timers, sockets and other work run. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
