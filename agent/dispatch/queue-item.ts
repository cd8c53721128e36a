// What waits for its turn at a terminal: a write of users, or anything else that is asked of it.
import type { SerenoError } from '../../shared/errors.ts';
import type { Phrase } from '../../shared/words.ts';
import type { WriteJob } from '../terminal/writes/write-job.ts';
import type { Priority } from './priorities.ts';

interface Item {
  readonly id: string;
  readonly priority: Priority;
  /** Milliseconds left until it may no longer begin; left out where it minds that itself. */
  timeLeft?(): number;
  /** Settles it without running it. */
  refuse(error: SerenoError): void;
}
export interface WriteItem extends Item {
  readonly kind: 'write';
  readonly issuedAt: number;
  readonly job: WriteJob;
}
export interface AskItem extends Item {
  readonly kind: 'ask';
  /** While it runs, others are told that the device is busy, with this reason. */
  readonly holds: Phrase | null;
  /** `signal`: it is cancelled, or has to give way. */
  run(signal: AbortSignal): Promise<void>;
}
export type QueueItem = WriteItem | AskItem;
