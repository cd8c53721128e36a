// Notices that the process which started this one has ended.
import { readFileSync } from 'node:fs';

const EVERY_MS = 500;

/**
 * Calls `act` once when the parents have changed. npm runs scripts through a shell and hands a SIGTERM to
 * that shell only, which ends without telling its child; a killed npm leaves the shell behind. Whoever ends
 * `npm start` means the whole system.
 *
 * @param parents who they are now
 * @returns ends the watch
 */
export function onOrphaned(act: () => void, parents: () => string = parentsUpToNpm): () => void {
  const first = parents();
  const timer = setInterval(() => {
    if (parents() === first) return;
    clearInterval(timer);
    act();
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** The parent and, where that is npm's shell, npm. The process that started npm may well end (`nohup`, `setsid`). */
function parentsUpToNpm(): string {
  const { ppid } = process;
  const npm = npmAbove(ppid);
  return npm === null ? `${ppid}` : `${ppid} ${npm}`;
}

/** Null where the parent is no shell, or the system does not say. */
function npmAbove(shell: number): string | null {
  try {
    if (!/^(ba|da|z)?sh$/.test(readFileSync(`/proc/${shell}/comm`, 'utf8').trim())) return null;
    return /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${shell}/status`, 'utf8'))?.[1] ?? null;
  } catch {
    return null;
  }
}
