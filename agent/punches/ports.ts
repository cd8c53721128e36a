// What a collector works with: the terminal and its lock, and what it tells.
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Listening, LiveListener } from '../terminal/ports.ts';
import type { RosterCache } from '../terminal/tables/roster-cache.ts';
import type { StatedWidth } from '../zk/attendance-layout.ts';
import type { Conversation } from '../zk/conversation.ts';
import type { PunchMemory } from './memory.ts';
import type { EventOutbox } from './outbox.ts';
import type { UserWatch } from './user-watch.ts';

/** The terminal as the collector needs it. */
export interface CollectedTerminal {
  readonly device: {
    readonly id: string;
    readonly timezone: string;
    readonly dialect: { readonly attendance_record?: StatedWidth | undefined };
  };
  readonly serial: string | null;
  readonly dialect: { readonly oneClient: boolean } | null;
  listen(mask: number, listener: LiveListener, signal?: AbortSignal): Promise<Listening>;
  read<T>(
    ask: (conversation: Conversation, cache: RosterCache) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
}

/** What is done while nobody waits for the terminal. */
export interface IdleWork {
  run(signal: AbortSignal, isWanted: () => boolean): Promise<void>;
  refuse(): void;
}

/** One terminal with its lock. */
export interface CollectedStation {
  /** Another one after its settings were changed. */
  readonly terminal: CollectedTerminal;
  readonly queue: { whenIdle(work: IdleWork): void };
}

export interface CollectorPorts {
  readonly memory: PunchMemory;
  readonly users: UserWatch;
  readonly outbox: EventOutbox;
  readonly clock: Clock;
  readonly log: Logger;
  /** How often the terminal's count is asked for, ms. */
  readonly everyMs: number;
  /** Whether a conversation is kept open for live events; null: where the terminal serves several clients. */
  readonly live: boolean | null;
  /** Somebody waits for its punches: it is not left alone for long after a failure. */
  readonly isPressing: () => boolean;
  /** There may be new events. */
  readonly onEvents: () => void;
  /** Told while punches from before are taken: how many are left, 0 at the end. */
  readonly onHistory: (left: number) => void;
}
