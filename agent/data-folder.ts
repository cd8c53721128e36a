// The agent's data folder at the start: made, and if a journal cannot be opened in it, why, with the next step.
import { SerenoError } from '../shared/errors.ts';
import { makeFolder } from './folder.ts';
import { readStatus } from './status.ts';

/** The agent cannot start on its data folder; the message says why and what to do. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
  readonly code = 'data_folder';
}

/** Makes the folder and calls `begin`. @throws DataFolderError; what `begin` throws of another kind */
export function onDataFolder<T>(folder: string, begin: () => T): T {
  try {
    makeFolder(folder);
  } catch (cause) {
    throw new DataFolderError(sentence(folder, cause), { cause });
  }
  try {
    return begin();
  } catch (error) {
    if (!(error instanceof SerenoError) || error.code !== 'agent_storage') throw error;
    throw new DataFolderError(sentence(folder, error.cause), { cause: error });
  }
}

/** True if a journal could not be opened because another process has it. */
export function isInUse(cause: unknown): boolean {
  return /locked|busy/i.test(wordsOf(cause));
}

function sentence(folder: string, cause: unknown): string {
  if (isInUse(cause)) {
    const pid = readStatus(folder)?.pid;
    const who = pid === undefined ? '' : ` (pid ${pid})`;
    return `Another agent runs on ${folder}${who}: end it, or give this one a folder of its own ('data' in agent.yaml).`;
  }
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ENOTDIR' || code === 'EEXIST') {
    return `${folder} is no folder: name another one ('data' in agent.yaml).`;
  }
  return (
    `${folder} cannot be used: ${wordsOf(cause)}. It must belong to the user that runs the agent, on a disk ` +
    "with room; 'sereno-agent doctor' looks closer."
  );
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
