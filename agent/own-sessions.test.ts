import { expect, it } from 'vitest';
import { OWN_SESSIONS } from '../shared/wire/envelope.ts';
import { noteSession, ownSessions } from './own-sessions.ts';

it('remembers the last sessions of a journal, each once, the one of now last', () => {
  const notes = new Map<string, string>();
  const journal = {
    read: (key: string) => notes.get(key) ?? null,
    write: (key: string, value: string) => void notes.set(key, value),
  };
  const sessions = Array.from({ length: OWN_SESSIONS + 3 }, (_, n) => `s${n}`);
  for (const session of [...sessions, 's5']) noteSession(journal, session);
  expect(ownSessions(journal, 's5')).toEqual([
    ...sessions.slice(-OWN_SESSIONS).filter((each) => each !== 's5'),
    's5',
  ]);
  expect(ownSessions(journal, 'next')).toHaveLength(OWN_SESSIONS);
});
