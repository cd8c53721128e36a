// What a write does to the copies from which deleted users can be restored.
import type { Logger } from 'pino';
import { SerenoError } from '../../shared/errors.ts';
import { isStorageError } from '../journal/errors.ts';
import type { UndoVault } from '../journal/undo-vault.ts';
import type { Result } from '../terminal/session/result.ts';
import type { Wish } from '../terminal/writes/plan.ts';
import { decodeUndoCopy, encodeUndoCopy, type UndoCopy } from '../terminal/writes/undo-copy.ts';
import type { WriteJob } from '../terminal/writes/write-job.ts';

export class UndoPolicy {
  /** See `WriteJob.keep`. */
  readonly keep: WriteJob['keep'];
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
    const keeps = wish.op === 'user.delete' && wish.args.purge !== true && undo.keeps;
    this.keep = keeps ? (copy) => this.#keep(copy) : null;
  }

  /** A purge is only answered once nothing is kept, not even of an earlier delete. */
  beforeSettled(outcome: Result): void {
    const { op, args } = this.#wish;
    if (op !== 'user.delete' || args.purge !== true) return;
    if (outcome.status === 'ok' || outcome.error.code === 'user_not_found') this.#erase();
  }

  /** The copy of somebody who was not deleted after all is of no use, nor that of somebody who is back whole. */
  afterSettled(outcome: Result): void {
    if (this.#kept && outcome.status !== 'ok' && outcome.error.applied === 'no') this.#takeBack();
    if (this.#wish.op === 'user.restore' && outcome.status === 'ok' && isWhole(outcome.data, this.#wish)) {
      this.#erase();
    }
  }

  /** Where all records of a badge go, the first one is what can be restored. */
  #keep(copy: UndoCopy): void {
    if (this.#kept) return;
    this.#earlier = this.#undo.find(this.#device, this.#wish.args.user_id);
    this.#undo.put(this.#device, this.#wish.args.user_id, encodeUndoCopy(copy));
    this.#kept = true;
  }

  #takeBack(): void {
    const earlier = this.#earlier;
    if (earlier === null) return this.#erase();
    this.#change(() => this.#undo.put(this.#device, this.#wish.args.user_id, earlier));
  }

  #erase(): void {
    this.#change(() => this.#undo.erase(this.#device, this.#wish.args.user_id));
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
function isWhole(data: unknown, wish: Wish & { readonly op: 'user.restore' }): boolean {
  const fingers = (data as { readonly fingers?: number }).fingers ?? 0;
  return fingers >= wish.copy().fingers.length;
}

/** Finds what a delete kept, at the moment of asking: the delete may still wait in the queue before the restore. */
export function findCopy(undo: UndoVault, device: string, userId: string): () => UndoCopy {
  let found: UndoCopy | null = null;
  return () => {
    if (found !== null) return found;
    const bytes = undo.find(device, userId);
    if (bytes === null) throw new SerenoError('undo_not_found', { params: { user_id: userId } });
    found = decodeUndoCopy(bytes);
    return found;
  };
}
