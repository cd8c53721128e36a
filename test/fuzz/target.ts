// Something that is fed damaged input and must come through it.
import type { Random } from '../terminal/random.ts';

export interface Target {
  readonly name: string;
  /** Feeds at least `count` damaged inputs. @returns how many it were. @throws Flaw */
  feed(count: number, random: Random): Promise<number>;
  /** Looks whether all is as it was before; lets everything go. @throws Flaw */
  close(): Promise<void>;
}

/** What must not happen, happened. */
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

/** Lets timers, sockets and other work have their turn. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
