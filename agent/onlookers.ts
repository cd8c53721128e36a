// What a running agent shows to those who look after it on its own machine: a file that outlives it, and answers while it runs.
import type { Logger } from 'pino';
import type { Hello } from '../shared/wire/envelope.ts';
import { removeStatus, type Status, writeStatus } from './status.ts';
import { type Examined, serveStatus } from './status-socket.ts';

export class Onlookers {
  readonly #folder: string;
  readonly #log: Logger;
  readonly #rules: () => Status['rules'];
  #status: Status | null = null;
  #socket: ReturnType<typeof serveStatus> | null = null;
  #lineProblem = '';
  /** What the directory was last heard to refuse. */
  #refused: readonly string[] = [];

  /** `rules`: how they stand at the moment of asking. */
  constructor(folder: string, rules: () => Status['rules'], log: Logger) {
    this.#folder = folder;
    this.#rules = rules;
    this.#log = log;
  }

  /** Answers the doctor from now on; `examine` looks at a terminal for it. */
  serve(examine: (device: string) => Promise<Examined>): void {
    const onProblem = (error: unknown) =>
      this.#log.warn({ error: String(error) }, 'the doctor cannot ask this agent');
    this.#socket = serveStatus(this.#folder, { status: () => this.#now(), examine }, onProblem);
  }

  /** No more questions. */
  async close(): Promise<void> {
    await this.#socket?.close();
  }

  /** The agent is over. */
  forget(): void {
    this.#try(() => removeStatus(this.#folder));
  }

  lineBroke(reason: string): void {
    this.#lineProblem = reason;
  }

  announced(hello: Hello, connected: boolean): void {
    const problem = connected ? '' : this.#lineProblem;
    const line = problem === '' ? {} : { lineProblem: problem };
    this.#note({ pid: process.pid, connected, ...line, hello, refused: [] });
  }

  /** Every hello repeats it; the log says it once. */
  refused(devices: readonly string[]): void {
    if (devices.join() !== this.#refused.join()) {
      this.#log.error({ devices }, 'another site holds these devices: give them ids of their own');
    }
    this.#refused = devices;
    if (this.#status !== null) this.#note({ ...this.#status, refused: [...devices] });
  }

  #now(): Status | null {
    return this.#status === null ? null : { ...this.#status, rules: this.#rules() };
  }

  #note(status: Status): void {
    this.#status = status;
    this.#try(() => writeStatus(this.#folder, status));
  }

  /** Only for people who look: what cannot be written is not worth more than a line in the log. */
  #try(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#log.debug({ error: String(error) }, 'status not written');
    }
  }
}
