// How a journal that could not be written is told from everything else that goes wrong.
import { SerenoError } from '../../shared/errors.ts';

/** True if `error` says that the journal could not be written. */
export function isStorageError(error: unknown): boolean {
  return error instanceof SerenoError && error.code === 'agent_storage';
}
