// How a person stands at one terminal: a function for each thing that can happen, on the row alone.
//
// wanted there:     waiting ─▶ in_step ⇄ drift, refused ─▶ in_step       a new version begins at waiting again
// not wanted there: leaving ─▶ gone                                      and stays leaving until the terminal was seen without the person
import { MOST_FORMER } from '../../shared/domain/wanted-person.ts';
import type { PersonEvent } from '../../shared/wire/events.ts';
import type { PersonRow, PlaceRow } from './rows.ts';

/** Who has gone is shown for so long. */
const GONE_SECONDS = 30 * 24 * 3600;
const PAST_JOURNALS = 8;

/** What is wanted of a person at a terminal. */
export interface Wish {
  readonly person: Pick<PersonRow, 'tenant' | 'id' | 'userId' | 'version' | 'began' | 'rev'>;
  readonly device: string;
  /** The terminal's branch, where the person is wanted there; null: must not be there. */
  readonly site: string | null;
}

const NOTHING_KNOWN = { code: undefined, params: undefined, fields: undefined } as const;

/**
 * Whatever it says is said as of the writing of the person's row for which it was asked, also where nothing is new: a write for an older one that
 * comes late finds it so, and does not count.
 *
 * @returns the row as it is from now on; the same where somebody has gone on meanwhile
 */
export function wished(row: PlaceRow | null, wish: Wish, now: number): PlaceRow {
  const { person } = wish;
  if (row === null) return { ...began(wish, now), rev: person.rev };
  if (row.personVersion > person.version || (row.rev ?? 0) > person.rev) return row;
  const next = changed(row, wish, now);
  return next.rev === person.rev ? next : { ...next, rev: person.rev };
}

/** True where the terminal's agent is to hear of it. */
export function isNews(row: PlaceRow | null, next: PlaceRow): boolean {
  if (row === null) return next.blank !== true;
  return next.version !== row.version || next.site !== row.site;
}

/** Of whom nothing else is known, and where no branch has him. */
const NOWHERE = 'none';

function began({ person, device, site }: Wish, now: number): PlaceRow {
  const known = { confirmed: 0, journal: null, heard: 0, pastJournals: [], version: 0 };
  const row = fresh(
    { ...known, tenant: person.tenant, device, person: person.id },
    person,
    site ?? NOWHERE,
    now,
  );
  return site === null
    ? { ...row, there: false, state: 'gone', blank: true, expiresAt: afterGone(now) }
    : row;
}

/** Epoch seconds. */
function afterGone(now: number): number {
  return Math.floor(now / 1000) + GONE_SECONDS;
}

function changed(row: PlaceRow, { person, site }: Wish, now: number): PlaceRow {
  if (site === null) {
    if (!row.there) return row;
    const leaving = fresh(row, person, row.site, now);
    return { ...leaving, userId: row.userId, ...formerOf(row, row.userId), there: false, state: 'leaving' };
  }
  const isSame = row.there && row.personVersion === person.version;
  if (!isSame) {
    const next = fresh(row, person, site, now);
    return mayBeAnother(row, person) ? { ...next, anew: next.version } : next;
  }
  // Another branch has the terminal now: its agent has heard of nobody yet.
  return row.site === site ? row : moved(row, site, now);
}

type Kept = Pick<
  PlaceRow,
  'tenant' | 'device' | 'person' | 'version' | 'confirmed' | 'journal' | 'heard' | 'pastJournals'
> &
  Partial<Pick<PlaceRow, 'userId' | 'former' | 'anew' | 'state'>>;

/** True if the terminal may hold, under the badge that is wanted now, whoever had this id before it was taken away. */
function mayBeAnother(
  { userId, former = [], state, personVersion }: PlaceRow,
  { userId: badge, began }: Wish['person'],
): boolean {
  return state !== 'gone' && personVersion < began && [userId, ...former].includes(badge);
}

function fresh(kept: Kept, person: Wish['person'], site: string, now: number): PlaceRow {
  const { tenant, device, person: id, confirmed, journal, heard, pastJournals } = kept;
  return {
    tenant,
    device,
    person: id,
    site,
    userId: person.userId,
    ...formerOf(kept, person.userId),
    ...(kept.anew === undefined || kept.state === 'gone' ? {} : { anew: kept.anew }),
    there: true,
    // By the clock, so that it grows also over a row that was forgotten, or put back from a copy.
    version: Math.max(kept.version + 1, now),
    personVersion: person.version,
    state: 'waiting',
    confirmed,
    told: false,
    since: now,
    journal,
    heard,
    pastJournals,
  };
}

/** The badge of before may still be at the terminal, unless the person was seen to be gone from it. */
function formerOf({ userId, former = [], state }: Partial<Kept>, now: string): Pick<PlaceRow, 'former'> {
  const before = userId === undefined || state === 'gone' ? [] : [...former, userId];
  const left = [...new Set(before)].filter((badge) => badge !== now).slice(-MOST_FORMER);
  return left.length === 0 ? {} : { former: left };
}

/** The agent has this version on its disk. */
export function acknowledged(row: PlaceRow, version: number): PlaceRow {
  return row.version === version ? { ...row, told: true } : row;
}

/** The agent has forgotten what it was told. What the terminal was seen to hold, it was seen to hold. */
export function lost(row: PlaceRow): PlaceRow {
  return row.state === 'gone' ? row : { ...row, told: false };
}

/** Another terminal stands there: nothing is known of it, and nobody's older record is in it. */
export function replaced(row: PlaceRow, site: string, now: number): PlaceRow {
  if (row.state === 'gone') return row;
  return { ...moved(row, site, now), former: undefined, anew: undefined };
}

/** The terminal is of another branch now, or was registered anew: its agent has heard of nobody. What it holds, it may still hold. */
export function moved(row: PlaceRow, site: string, now: number): PlaceRow {
  if (row.state === 'gone') return row;
  const state = row.there ? 'waiting' : 'leaving';
  return { ...row, ...NOTHING_KNOWN, state, told: false, confirmed: 0, since: now, site };
}

/** From which branch an event came, and its place in the agent's journal. */
export interface Heard {
  readonly site: string;
  readonly journal: string;
  readonly number: number;
  readonly event: Pick<PersonEvent, 'type' | 'version' | 'there' | 'code' | 'params' | 'fields'>;
}

/** What an agent tells of this person at this terminal. Of what is not about the newest version, or was heard before, nothing comes. */
export function heard(row: PlaceRow, { site, journal, number, event }: Heard, now: number): PlaceRow {
  const isOld = journal === row.journal ? number <= row.heard : row.pastJournals.includes(journal);
  const isAbout = site === row.site && event.version === row.version && event.there === row.there;
  if (isOld || !isAbout) return row;
  const before = row.journal === null || row.journal === journal ? [] : [row.journal];
  const noted: PlaceRow = {
    ...row,
    journal,
    heard: number,
    pastJournals: [...row.pastJournals, ...before].slice(-PAST_JOURNALS),
    told: true,
  };
  const news = newsOf(event, row, now);
  const isSame =
    news.state === row.state && news.code === row.code && String(news.fields) === String(row.fields);
  const isAsWanted = news.state === 'in_step' || news.state === 'gone';
  const past = isAsWanted ? { former: undefined, anew: undefined } : {};
  return { ...noted, ...NOTHING_KNOWN, ...past, ...news, since: isSame ? row.since : now };
}

type News = Pick<PlaceRow, 'state' | 'confirmed' | 'code' | 'params' | 'fields' | 'expiresAt'>;

function newsOf({ type, code, params, fields }: Heard['event'], row: PlaceRow, now: number): News {
  const { there, version, confirmed } = row;
  switch (type) {
    case 'person.in_step':
    case 'person.repaired':
      if (there) return { state: 'in_step', confirmed: version };
      return { state: 'gone', confirmed: version, expiresAt: afterGone(now) };
    case 'person.refused':
      return {
        state: there ? 'refused' : 'leaving',
        confirmed,
        ...(code !== undefined && { code }),
        ...(params !== undefined && { params }),
        expiresAt: undefined,
      };
    case 'person.drift':
      return {
        state: there ? 'drift' : 'leaving',
        confirmed,
        ...(fields !== undefined && { fields }),
        expiresAt: undefined,
      };
  }
}

/** True where nothing more is to come of this version. */
export function isSettled({ state }: Pick<PlaceRow, 'state'>): boolean {
  return state !== 'waiting' && state !== 'leaving';
}
