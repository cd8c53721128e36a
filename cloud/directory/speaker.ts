// Who speaks for a site: which hello counts, and since when one journal alone has spoken.
import type { SiteHello, Speaker } from './directory.ts';
import type { SiteRow } from './rows.ts';

/** Who spoke last, as the directory has it; null before the first hello. */
export function speakerOf(row: SiteRow | null): Speaker | null {
  const { session, helloOrder, lastHello, journal, journalSince } = row ?? {};
  if (session === undefined || helloOrder === undefined || lastHello === undefined) return null;
  // A hello that named no journal may have been of any.
  return { session, helloOrder, lastHello, journal: journal ?? '', journalSince: journalSince ?? lastHello };
}

/** True unless this session, or a later one, has said something newer. */
export function isNews(known: Speaker | null, hello: SiteHello, now: number): boolean {
  if (known === null) return true;
  return known.session === hello.session ? known.helloOrder <= hello.helloOrder : known.lastHello <= now;
}

/**
 * Who speaks for the site after a hello that the broker had at `now`, epoch ms. Hellos come late, twice and in any
 * order: one that comes late from another journal still tells that this journal was not alone.
 */
export function speakerAfter(known: Speaker | null, hello: SiteHello, now: number): Speaker {
  const { session, helloOrder, journal } = hello;
  if (known === null) return { session, helloOrder, lastHello: now, journal, journalSince: 0 };
  const isSameJournal = known.journal === journal;
  if (isNews(known, hello, now)) {
    const journalSince = isSameJournal ? known.journalSince : now;
    return { session, helloOrder, lastHello: now, journal, journalSince };
  }
  const interrupts = !isSameJournal && now >= known.journalSince;
  return interrupts ? { ...known, journalSince: known.lastHello } : known;
}
