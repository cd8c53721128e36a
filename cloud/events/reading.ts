// Reading the feed from a position on: what a caller wants of it, and for those who wait, as soon as it comes.
import * as z from 'zod';
import { SerenoError } from '../../shared/errors.ts';
import type { Happening } from '../../shared/wire/happening.ts';
import type { Clock } from '../clock.ts';
import { FEED_DAYS, type Feed } from './feed.ts';

/** The event to come next: its entry, and its place in it. `at`: when what came before was put, epoch ms. */
export const positionSchema = z.object({
  entry: z.int().min(1),
  place: z.int().min(0),
  at: z.int().min(0),
});
export type Position = z.infer<typeof positionSchema>;

const ENTRIES_PER_READ = 20;
/** Types that are rare end with a cursor rather than with a time-out. */
const MOST_READS = 100;
/** How often somebody who waits looks: the counter of the feed alone. */
const LOOK_EVERY_MS = 500;

const FEED_MS = FEED_DAYS * 24 * 3600 * 1000;

/** An entry that a cursor has just met may be put a moment later than the cursor was made, by another clock. */
const MARGIN_MS = 60_000;

export interface Reading {
  readonly tenant: string;
  /** The oldest that is kept where left out. */
  readonly after?: Position | undefined;
  readonly limit: number;
  readonly wants: (event: Happening) => boolean;
  /** Epoch ms up to which it is waited for the first one. */
  readonly until?: number;
}

export interface Told {
  readonly events: readonly Happening[];
  /** Where to go on. */
  readonly position: Position;
}

/** Behind all that there is. */
export async function endOfFeed(feed: Feed, clock: Clock, tenant: string): Promise<Position> {
  const at = clock.now();
  return { entry: (await feed.last(tenant)) + 1, place: 0, at };
}

export async function startOfFeed(feed: Feed, clock: Clock, tenant: string): Promise<Position> {
  const at = clock.now();
  return { entry: await feed.first(tenant), place: 0, at };
}

/** Whether something of what followed a position may be gone already. */
export function isExpired(position: Position, now: number): boolean {
  return now - position.at > FEED_MS;
}

/**
 * Whether a position is of a feed that is no more: the table was put back to a time before it, so that its numbers were
 * given out a second time. Then the entry before it is missing, or is younger than what the position has behind it.
 */
export async function isOfLostFeed(
  feed: Feed,
  tenant: string,
  { entry, place, at }: Position,
): Promise<boolean> {
  const last = await feed.last(tenant);
  if (entry > last + 1) return true;
  const before = place > 0 ? entry : entry - 1;
  const putAt = before === 0 ? null : await feed.putAt(tenant, before);
  return putAt !== null && putAt > at + MARGIN_MS;
}

/** @throws SerenoError `cursor_expired` for a position of which it is not known any more what followed it */
export async function readFeed(feed: Feed, clock: Clock, reading: Reading): Promise<Told> {
  const { tenant, after, limit, wants, until = 0 } = reading;
  if (after !== undefined && isExpired(after, clock.now())) throw new SerenoError('cursor_expired');
  let position = after ?? (await startOfFeed(feed, clock, tenant));
  const events: Happening[] = [];
  for (let reads = 0; reads < MOST_READS; reads++) {
    const lookedAt = clock.now();
    const entries = await feed.next(tenant, position.entry, ENTRIES_PER_READ);
    for (const { number, at, events: told } of entries) {
      for (const [place, event] of told.entries()) {
        if (number === position.entry && place < position.place) continue;
        if (events.length === limit) return { events, position };
        if (wants(event)) events.push(event);
        position = { entry: number, place: place + 1, at };
      }
      position = { entry: number + 1, place: 0, at };
    }
    if (entries.length > 0) continue;
    // All that there was has been read: what comes now was put later than this.
    position = { ...position, at: Math.max(position.at, lookedAt) };
    if (events.length > 0) break;
    if (!(await comes(feed, clock, tenant, position, until))) break;
  }
  return { events, position };
}

/** How far it is looked back for the last events: entries of one read, and reads. */
const MOST_LOOKS_BACK = 10;

/** Entries `from` up to `to`, without a gap: places that dead writers left open are closed. */
async function entriesBetween(feed: Feed, tenant: string, from: number, to: number): Promise<Happening[]> {
  const events: Happening[] = [];
  for (let number = from; number <= to; ) {
    const entries = await feed.next(tenant, number, to - number + 1);
    const last = entries.at(-1);
    if (last === undefined) break;
    events.push(...entries.flatMap((entry) => entry.events));
    number = last.number + 1;
  }
  return events;
}

/** The newest events, in their order, as far back as a few reads reach; `position` is behind all of them. */
export async function lastOfFeed(
  feed: Feed,
  clock: Clock,
  { tenant, limit, wants }: Pick<Reading, 'tenant' | 'limit' | 'wants'>,
): Promise<Told> {
  const position = await endOfFeed(feed, clock, tenant);
  const first = await feed.first(tenant);
  let events: Happening[] = [];
  let to = position.entry - 1;
  for (let looks = 0; looks < MOST_LOOKS_BACK && to >= first && events.length < limit; looks++) {
    const from = Math.max(first, to - ENTRIES_PER_READ + 1);
    events = [...(await entriesBetween(feed, tenant, from, to)).filter(wants), ...events];
    to = from - 1;
  }
  return { events: events.slice(-limit), position };
}

/** Waits until the feed has grown beyond a position. */
async function comes(
  feed: Feed,
  clock: Clock,
  tenant: string,
  { entry }: Position,
  until: number,
): Promise<boolean> {
  for (;;) {
    const left = until - clock.now();
    if (left <= 0) return false;
    await clock.sleep(Math.min(LOOK_EVERY_MS, left));
    if ((await feed.last(tenant)) >= entry) return true;
  }
}
