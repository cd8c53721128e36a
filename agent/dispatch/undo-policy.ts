// What a write does to the copies from which deleted users can be restored.
import type { Logger } from 'pino';
import { SerenoError } from '../../shared/errors.ts';
import { isStorageError } from '../journal/errors.ts';
import type { UndoVault } from '../journal/undo-vault.ts';
import type { Result } from '../result.ts';
import type { JobRules, WriteJob } from '../terminal/write-job.ts';

type Wish = WriteJob['wish'];

export class UndoPolicy {
  /** See `JobRules.keep`. */
  readonly keep: JobRules['keep'];
  readonly #undo: UndoVault;
  readonly #device: string;
  readonly #wish: Wish;
  readonly #log: Logger;
  #kept = false;
  /** What an earlier delete had kept. */
  #earlier: Buffer | null = null;

  constructor(undo: UndoVault, device: string, wish: Wish, log: Logger) {
    this.#undo = undo;
    this.#device = device;
    this.#wish = wish;
    this.#log = log;
    this.keep = wish.undo === 'keep' && undo.keeps ? (copy) => this.#keep(copy) : null;
  }

  /** A purge is only answered once nothing is kept, not even of an earlier delete. */
  beforeSettled(result: Result): void {
    if (this.#wish.undo !== 'erase') return;
    if (result.status === 'ok' || result.error.code === 'user_not_found') this.#erase();
  }

  /** The copy of somebody who was not deleted after all is of no use, nor that of somebody who is back whole. */
  afterSettled(result: Result): void {
    if (this.#kept && result.status !== 'ok' && result.error.applied === 'no') this.#takeBack();
    if (this.#wish.undo === 'use up' && result.status === 'ok' && isWhole(result.data, this.#wish)) {
      this.#erase();
    }
  }

  /** Where all records of a badge go, the first one is what can be restored. */
  #keep(copy: Buffer): void {
    if (this.#kept) return;
    this.#earlier = this.#undo.find(this.#device, this.#wish.userId);
    this.#undo.put(this.#device, this.#wish.userId, copy);
    this.#kept = true;
  }

  #takeBack(): void {
    const earlier = this.#earlier;
    if (earlier === null) return this.#erase();
    this.#change(() => this.#undo.put(this.#device, this.#wish.userId, earlier));
  }

  #erase(): void {
    this.#change(() => this.#undo.erase(this.#device, this.#wish.userId));
  }

  #change(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!isStorageError(error)) throw error;
      this.#log.error(
        { device: this.#device, err: error },
        'the copy of a user is erased when its time is over',
      );
    }
  }
}

/** Where a finger is still missing, the copy stays until its time is over. */
function isWhole(data: unknown, wish: Wish): boolean {
  const fingers = (data as { readonly fingers?: number }).fingers ?? 0;
  return fingers >= wish.copy().fingers.length;
}

/** Finds what deletes keep of a device's users, at the moment of asking: the delete may wait in the queue before the restore. */
export function copiesIn(undo: UndoVault, device: string): (userId: string) => Buffer {
  return (userId) => {
    const bytes = undo.find(device, userId);
    if (bytes === null) throw new SerenoError('undo_not_found', { params: { user_id: userId } });
    return bytes;
  };
}
