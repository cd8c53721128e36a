// The port of the last run, taken again: agents that were enrolled have it in their agent.yaml.
import { existsSync, readFileSync } from 'node:fs';
import { writePrivate } from '../data-dir.ts';

/**
 * Starts something on the port that `file` holds, or on a free one if that is taken or there is none, and notes
 * which one it got.
 * @throws what `start` throws, but for EADDRINUSE on the kept port
 */
export async function onKeptPort<T extends { readonly port: number }>(
  file: string,
  start: (port: number) => Promise<T>,
): Promise<T> {
  const kept = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  const started = await start(Number.isInteger(kept) && kept > 0 && kept <= 65_535 ? kept : 0).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') return start(0);
      throw error;
    },
  );
  writePrivate(file, String(started.port));
  return started;
}
