// What a simulated terminal of npm start holds, kept in a file from one run to the next, as a real one keeps it without power.
import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import type { SimulatedTerminal } from '../../../test/terminal/terminal.ts';
import { DataDirError, writePrivate } from '../data-dir.ts';

const base64 = z.base64().transform((text) => Buffer.from(text, 'base64'));
const u32 = z.int().min(0).max(0xffffffff);
const uid = z.int().min(0).max(0xffff);
const keptSchema = z.strictObject({
  version: z.literal(1),
  users: z.array(base64.refine((raw) => raw.length === 72, 'not a record of 72 bytes')),
  templates: z.array(
    z.strictObject({ uid, finger: z.int().min(0).max(9), flag: z.int().min(0).max(3), template: base64 }),
  ),
  attendance: z.array(
    z.strictObject({
      uid,
      userId: z.string().max(24),
      verify: z.int().min(0).max(255),
      state: z.int().min(0).max(255),
      packedTime: u32,
    }),
  ),
  oplog: z.array(base64.refine((entry) => entry.length === 16, 'not an entry of 16 bytes')),
});

/** After a change, so that a run of punches is written once. */
const SAVE_AFTER_MS = 50;

/** Puts the contents of the file into the terminal; false if there is no file. @throws DataDirError for a damaged one */
export function recall({ state }: SimulatedTerminal, file: string): boolean {
  if (!existsSync(file)) return false;
  const kept = read(file);
  state.users.clear();
  for (const raw of kept.users) state.users.set(raw.readUInt16LE(0), raw);
  state.templates.clear();
  for (const template of kept.templates) state.templates.put(template);
  state.attendance.splice(0, Number.POSITIVE_INFINITY, ...kept.attendance);
  state.oplog.splice(0, Number.POSITIVE_INFINITY, ...kept.oplog);
  return true;
}

function read(file: string): z.output<typeof keptSchema> {
  try {
    return keptSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new DataDirError(
      `What a simulated terminal held cannot be read from ${file}: ${why}. --fresh forgets it.`,
      { cause },
    );
  }
}

/** Writes the file now and after every change, whole or not at all. @returns a function that writes it a last time and stops */
export function remember(
  terminal: SimulatedTerminal,
  file: string,
  onFailure: (cause: Error) => void,
): () => void {
  let written = '';
  let timer: NodeJS.Timeout | null = null;
  const save = () => {
    timer = null;
    const content = contentOf(terminal);
    if (content === written) return;
    try {
      writePrivate(file, content);
      written = content;
    } catch (error) {
      onFailure(error as Error);
    }
  };
  save();
  const stop = terminal.watch(() => {
    timer ??= setTimeout(save, SAVE_AFTER_MS);
  });
  return () => {
    stop();
    if (timer !== null) clearTimeout(timer);
    save();
  };
}

function contentOf({ state }: SimulatedTerminal): string {
  return JSON.stringify({
    version: 1,
    users: [...state.users.values()].map((raw) => raw.toString('base64')),
    templates: state.templates
      .list()
      .map((each) => ({ ...each, template: each.template.toString('base64') })),
    attendance: state.attendance,
    oplog: state.oplog.map((entry) => entry.toString('base64')),
  });
}
