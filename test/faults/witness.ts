// Stands beside the terminal for one schedule: writes down what it was asked, and how it came to what it noted as bad manners.
import type { LoggedRequest } from '../terminal/device.ts';
import { Command } from '../terminal/protocol.ts';
import type { Fault, SimulatedTerminal } from '../terminal/terminal.ts';
import { decodeRecord } from '../terminal/user-record.ts';
import type { Timeline } from './timeline.ts';

/** Requests that are told with a note. */
const LAST = 10;
/** Terminals that have refused to be disabled for a time: the other form is right for them from then on. */
const refusedTime = new WeakSet<SimulatedTerminal>();

/** The terminal refuses to be disabled, or seems to. */
export function refusesToBeDisabled(terminal: SimulatedTerminal, { kind, command }: Fault): void {
  const isAboutIt = command === undefined || command === Command.disable;
  if (isAboutIt && kind === 'refuse') refusedTime.add(terminal);
}

/** A write that gives a user another name than he has. */
export interface Naming {
  /** By `performance.now()`. */
  readonly at: number;
  readonly userId: string;
  readonly name: string;
}

export class Witness {
  /** In the order in which they came, whether they took effect or not. */
  readonly namings: Naming[] = [];
  readonly #terminal: SimulatedTerminal;
  readonly #timeline: Timeline;
  readonly #noted: string[] = [];
  readonly #unwatch: () => void;
  #last: LoggedRequest | undefined;
  #seen: number;

  constructor(terminal: SimulatedTerminal, timeline: Timeline) {
    this.#terminal = terminal;
    this.#timeline = timeline;
    this.#last = terminal.log.at(-1);
    this.#seen = terminal.violations.length;
    this.#unwatch = terminal.watch(() => this.#look());
  }

  /** Each note of the terminal, with the requests that led to it. */
  get noted(): readonly string[] {
    this.#look();
    return this.#noted;
  }

  leave(): void {
    this.#unwatch();
  }

  #look(): void {
    const { log, violations } = this.#terminal;
    const latest = log.at(-1);
    if (latest !== undefined && latest !== this.#last) this.#request(latest);
    this.#last = latest;
    for (const text of violations.slice(this.#seen)) this.#note(text);
    this.#seen = violations.length;
  }

  #request({ command, data, enabled, client }: LoggedRequest): void {
    this.#timeline.request(command, !enabled);
    if (command === Command.writeUser) this.#written(data);
    const isEndless = command === Command.disable && data.length === 0;
    const mayBe = this.#terminal.options.timedDisable === 'refused' || refusedTime.has(this.#terminal);
    if (isEndless && !mayBe) this.#note(`${client}: disabled without an end, though it takes a time`);
  }

  #written(raw: Buffer): void {
    const { state } = this.#terminal;
    if (raw.length !== state.options.width) return;
    const { userId, name } = decodeRecord(raw, state.layout);
    if (state.findUser(userId)?.name !== name) this.namings.push({ at: performance.now(), userId, name });
  }

  #note(text: string): void {
    const requests = this.#terminal.log
      .slice(-LAST)
      .map(({ command, client, enabled }) => `${command}${enabled ? '' : '*'} of ${client}`);
    this.#noted.push(`${text}; it was asked (* while locked): ${requests.join(', ')}`);
    this.#timeline.note(`!! the terminal notes: ${text}`);
  }
}
