// A stack of things to undo, undone in the opposite order, each even if another fails.

export class Cleanup {
  readonly #steps: (() => void | Promise<void>)[] = [];

  add(step: () => void | Promise<void>): void {
    this.#steps.push(step);
  }

  /** Undoes all of it once. @throws AggregateError of all failures, after everything was tried */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'stopping failed in part');
  }
}

/** Promise.all that waits for every one before it fails, so that nothing starts after the clean-up. */
export async function all<T extends readonly unknown[]>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** Notes how to undo the result of `starting`, once it is there. */
export async function kept<T>(
  cleanup: Cleanup,
  starting: Promise<T>,
  undo: (started: T) => void | Promise<void>,
): Promise<T> {
  const started = await starting;
  cleanup.add(() => undo(started));
  return started;
}
