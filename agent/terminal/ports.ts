// What a terminal needs from the agent around it: where it writes down what it learns, and whom it tells.
import type { SerenoError } from '../../shared/errors.ts';
import type { Clock } from '../clock.ts';
import type { TerminalEvent } from '../zk/conversation.ts';
import type { Pin } from './pin.ts';
import type { Roster } from './tables/roster.ts';

/** A terminal is disabled for at most this long at a time, ms; see "Times that nest" in docs/architecture.md. */
export const DISABLED_MS = 15_000;

/** Where it is noted on disk that a terminal is disabled, so that a crash cannot leave it so. */
export interface DisableNote {
  /** Milliseconds until it must be enabled, 0: now; null: it is not disabled. */
  dueIn(): number | null;
  set(): void;
  clear(): void;
}

/** Where a note about a terminal survives a restart of the agent. */
export interface TextMemory {
  read(): string | null;
  write(text: string): void;
}

/** Where a pin survives a restart of the agent. */
export interface PinMemory {
  read(): Pin;
  write(pin: Pin): void;
}

/** Who hears the events that a terminal sends by itself. */
export interface LiveListener {
  /** Told in the order in which they came, also while a command uses the conversation. Never throws. */
  readonly onEvent: (event: TerminalEvent) => void;
  /** The conversation is over, whoever ended it: no more events. Called once, and not after `stop`. */
  readonly onEnd: () => void;
}

/** A terminal that is being listened to. */
export interface Listening {
  /** True while the terminal's events reach the listener. */
  readonly isOn: boolean;
  /** Listens no longer; the conversation is ended as soon as nobody uses it. Never throws. */
  stop(): Promise<void>;
}

/** How what several writes tell at one time gets to the disk: as one change. */
export interface Together {
  /** All that is begun within it is on disk when it returns, or nothing of it. @throws SerenoError `agent_storage` */
  begin(work: () => void): void;
  /** What is noted within it may be lost with the power. */
  note(work: () => void): void;
  /** All that is settled within it is stored, and then told. */
  settle(work: () => void): void;
}

export interface TerminalPorts {
  readonly clock: Clock;
  readonly note: DisableNote;
  readonly together: Together;
  /** What was found out about how it differs from others. */
  readonly dialect: TextMemory;
  readonly pin: PinMemory;
  /** The uids that were ever used on it. */
  readonly uids: TextMemory;
  /** Null: it answered, and it is the one that is expected. */
  readonly onContact: (failure: SerenoError | null) => void;
  /** Its users were read in full. Returns at once, and never throws. */
  readonly onRoster: (roster: Roster) => void;
  readonly log: { warn(fields: object, message: string): void; info(fields: object, message: string): void };
}
