// Who speaks for a site: which hello counts, and since when one agent alone has spoken.
import type { SiteHello, Speaker } from './directory.ts';
import type { SiteRow } from './rows.ts';

/** Who spoke last, as the directory has it; null before the first hello. */
export function speakerOf(row: SiteRow | null): Speaker | null {
  const { session, helloOrder, lastHello, ownSessions, tenureSince } = row ?? {};
  if (session === undefined || helloOrder === undefined || lastHello === undefined) return null;
  return {
    session,
    helloOrder,
    lastHello,
    ownSessions: ownSessions ?? [session],
    tenureSince: tenureSince ?? lastHello,
  };
}

/** True unless this session, or a later one, has said something newer. */
export function isNews(known: Speaker | null, hello: SiteHello, now: number): boolean {
  if (known === null) return true;
  return known.session === hello.session ? known.helloOrder <= hello.helloOrder : known.lastHello <= now;
}

/**
 * Who speaks for the site after a hello that the broker had at `now`, epoch ms; null where the hello changes nothing of
 * it. Hellos come late, twice and in any order: a late one of another agent still shows that the
 * one that speaks now was not alone.
 */
export function speakerAfter(known: Speaker | null, hello: SiteHello, now: number): Speaker | null {
  const { session, helloOrder, ownSessions } = hello;
  if (isNews(known, hello, now)) {
    const isSameAgent = known === null || ownSessions.includes(known.session);
    const tenureSince = isSameAgent ? (known?.tenureSince ?? 0) : now;
    return { session, helloOrder, lastHello: now, ownSessions, tenureSince };
  }
  if (known === null || known.ownSessions.includes(session) || now < known.tenureSince) return null;
  return { ...known, tenureSince: known.lastHello };
}
