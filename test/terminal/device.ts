// The terminal itself without its sockets: state, lock, faults, and everything that was asked of it.
import type { Client } from './client.ts';
import type { TerminalOptions } from './configuration.ts';
import type { Enrolment } from './enrolment.ts';
import { Faults } from './faults.ts';
import { fill } from './fill.ts';
import { Lock } from './lock.ts';
import { Random } from './random.ts';
import { TerminalState } from './state.ts';

/** One request as it arrived. */
export interface LoggedRequest {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly client: string;
  readonly command: number;
  readonly data: Buffer;
  readonly enabled: boolean;
}

const MOST_VIOLATIONS = 10_000;

export class Device {
  readonly options: TerminalOptions;
  readonly state: TerminalState;
  readonly lock: Lock;
  readonly faults = new Faults();
  readonly random: Random;
  readonly log: LoggedRequest[] = [];
  readonly violations: string[] = [];
  readonly clients = new Set<Client>();
  enrolment: Enrolment | null = null;
  /** Restarts the terminal; set by whoever owns the sockets. */
  restart: () => void = () => {};
  readonly #lifetime = new AbortController();
  readonly #watchers = new Set<() => void>();

  constructor(options: TerminalOptions) {
    this.options = options;
    this.random = new Random(options.seed);
    this.state = new TerminalState(options);
    fill(this.state);
    this.lock = new Lock(() => this.changed());
  }

  /** Aborted when the terminal is switched off. */
  get lifetime(): AbortSignal {
    return this.#lifetime.signal;
  }

  /** True while a client is served. A UDP client that has been silent for long is forgotten here. */
  isOccupied(): boolean {
    const idleSince = Date.now() - this.options.udpIdleMs;
    for (const client of this.clients) {
      if (client.transport === 'udp' && client.lastSeen < idleSince) client.drop();
    }
    return this.clients.size > 0;
  }

  record(request: LoggedRequest): void {
    if (this.log.length >= this.options.logLimit) this.log.shift();
    this.log.push(request);
    this.changed();
  }

  /** Notes what no careful client does. */
  violation(text: string): void {
    if (this.violations.length < MOST_VIOLATIONS) this.violations.push(text);
  }

  /** Calls `watcher` after anything happened to the terminal; the answer stops that. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  /** What a restart of the terminal does to what is not stored. */
  forget(): void {
    this.enrolment?.end();
    for (const client of this.clients) client.drop();
    this.lock.enable();
    this.state.refresh();
  }

  switchOff(): void {
    this.#lifetime.abort();
    this.faults.clear();
    this.enrolment?.end();
    this.lock.release();
  }
}
