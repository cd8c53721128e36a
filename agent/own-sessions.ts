// The last sessions that this journal has spoken in: by them the cloud tells this agent from any other of its site.
import * as z from 'zod';
import { OWN_SESSIONS } from '../shared/wire/envelope.ts';

/** Where they are kept: survives the process, not the data folder. */
export interface SessionNotes {
  read(key: string): string | null;
  write(key: string, value: string): void;
}

const NOTE = 'own_sessions';
const sessionsSchema = z.array(z.string());

/**
 * Notes `session` before anything is said in it.
 * @returns what the cloud is to be told, this one last
 * @throws SerenoError `agent_storage`: then the next run will be taken for another agent
 */
export function noteSession(notes: SessionNotes, session: string): readonly string[] {
  const known = ownSessions(notes, session);
  const noted = JSON.stringify(known);
  if (notes.read(NOTE) !== noted) notes.write(NOTE, noted);
  return known;
}

/** The sessions that are noted, and `session` last. */
export function ownSessions(notes: SessionNotes, session: string): readonly string[] {
  const before = sessionsSchema.parse(JSON.parse(notes.read(NOTE) ?? '[]'));
  return [...before.filter((each) => each !== session), session].slice(-OWN_SESSIONS);
}
