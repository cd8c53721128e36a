// What a running agent leaves in its data folder for those who look after it: the journal is locked while it runs.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { helloSchema } from '../shared/wire/envelope.ts';

export const statusSchema = z.object({
  pid: z.int().min(1),
  /** Whether the line to the cloud stands. */
  connected: z.boolean(),
  /** Why it does not, as the broker or the network said last; absent while it stands. */
  lineProblem: z.string().optional(),
  hello: helloSchema,
  /** How many rules it keeps, and how many of their numbers should be off a terminal and are not known to be. */
  rules: z.object({ kept: z.int().min(0), overdue: z.int().min(0) }).optional(),
  /** Devices of that hello whose ids another site holds, as far as the cloud has said. */
  refused: z.array(z.string()),
});
export type Status = z.infer<typeof statusSchema>;

const FILE = 'status.json';

/** By rename, so that a reader never sees half of it. @throws NodeJS.ErrnoException */
export function writeStatus(folder: string, status: Status): void {
  const file = join(folder, FILE);
  writeFileSync(`${file}.new`, `${JSON.stringify(status)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** What was written last, whether or not that agent still runs; null if there is nothing that can be read. */
export function readStatus(folder: string): Status | null {
  try {
    return statusSchema.parse(JSON.parse(readFileSync(join(folder, FILE), 'utf8')));
  } catch {
    return null;
  }
}

/** An agent that has ended knows nothing any more. */
export function removeStatus(folder: string): void {
  rmSync(join(folder, FILE), { force: true });
}
