// What happened in one schedule, line by line, with its time: printed for a seed that fails, or when asked for.

export class Timeline {
  readonly #began = performance.now();
  readonly #lines: string[] = [];
  readonly #live: boolean;
  #requests: string[] = [];

  /** @param live prints at once as well */
  constructor(live: boolean) {
    this.#live = live;
  }

  note(text: string): void {
    this.#flush();
    this.#print(text);
  }

  /** A request of a client at the terminal; many that follow one another make one line. */
  request(command: number, isLocked: boolean): void {
    this.#requests.push(`${command}${isLocked ? '*' : ''}`);
  }

  /** Milliseconds of `performance.now()` as the lines have them. */
  at(now: number): string {
    return `${(now - this.#began).toFixed(0)} ms`;
  }

  get lines(): readonly string[] {
    this.#flush();
    return this.#lines;
  }

  #flush(): void {
    if (this.#requests.length === 0) return;
    const requests = this.#requests.join(' ');
    this.#requests = [];
    this.#print(`   terminal was asked (* while locked): ${requests}`);
  }

  #print(text: string): void {
    const line = `${(performance.now() - this.#began).toFixed(0).padStart(6)} ms  ${text}`;
    this.#lines.push(line);
    if (this.#live) process.stdout.write(`${line}\n`);
  }
}
