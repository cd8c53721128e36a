// What waits for its turn at a terminal: a write of users, or anything else that is asked of it.
import type { SerenoError } from '../../shared/errors.ts';
import type { Phrase } from '../../shared/words.ts';
import type { WriteJob } from '../terminal/write-job.ts';
import { isMoreUrgent, type Priority } from './priorities.ts';

interface Item {
  readonly id: string;
  readonly priority: Priority;
  /** Milliseconds left until it may no longer begin; left out if it checks that itself. */
  timeLeft?(): number;
  /** Settles it without running it. */
  refuse(error: SerenoError): void;
}
export interface WriteItem extends Item {
  readonly kind: 'write';
  readonly issuedAt: number;
  readonly job: WriteJob;
}
/**
 * Work that nobody waits for. It should end as soon as `isWanted`, at a place where the conversation can go on; `signal` ends it
 * where it does not.
 */
export interface IdleWork {
  run(signal: AbortSignal, isWanted: () => boolean): Promise<void>;
  /** It is not done: the terminal is held, or is removed. */
  refuse(): void;
}
export interface AskItem extends Item {
  readonly kind: 'ask';
  readonly idle?: IdleWork;
  /** While it runs, others are told that the device is busy, with this reason. */
  readonly holds: Phrase | null;
  /** `signal`: it is cancelled, or has to give way. */
  run(signal: AbortSignal): Promise<void>;
}
export type QueueItem = WriteItem | AskItem;

/** Writes that wait together: the most urgent first; those of the cloud as they were issued, the agent's own as they came. */
export function byTurn(one: WriteItem, other: WriteItem): number {
  if (isMoreUrgent(one.priority, other.priority)) return -1;
  if (isMoreUrgent(other.priority, one.priority)) return 1;
  // The agent's own clock may have stepped between two of its own.
  return one.priority === 'command' ? one.issuedAt - other.issuedAt : 0;
}

export function idleItem(work: IdleWork, isWanted: () => boolean): AskItem {
  const { run, refuse } = work;
  const ask = { kind: 'ask', id: 'idle', priority: 'idle', holds: null } as const;
  return { ...ask, idle: work, refuse: () => refuse(), run: (signal) => run(signal, isWanted) };
}

/** What `probe` finds is reported by the terminal itself. */
export function lookItem(probe: (signal: AbortSignal) => Promise<void>): AskItem {
  const run = (signal: AbortSignal) => probe(signal).catch(() => undefined);
  return { kind: 'ask', id: 'look', priority: 'look', holds: null, refuse: () => undefined, run };
}
