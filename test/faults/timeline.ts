// What happened in one schedule, line by line, with its time: printed for a seed that fails, or when asked for.

export class Timeline {
  readonly #began = performance.now();
  readonly #lines: string[] = [];
  readonly #live: boolean;

  /** @param live prints at once as well */
  constructor(live: boolean) {
    this.#live = live;
  }

  note(text: string): void {
    const line = `${(performance.now() - this.#began).toFixed(0).padStart(6)} ms  ${text}`;
    this.#lines.push(line);
    if (this.#live) process.stdout.write(`${line}\n`);
  }

  get lines(): readonly string[] {
    return this.#lines;
  }
}
