// Punches and happenings as the API and webhooks show them.
import type { EventView } from '../../shared/api/events.ts';
import type { PunchData } from '../../shared/api/punches.ts';
import type { PunchEvent } from '../../shared/wire/events.ts';
import type { Happening } from '../../shared/wire/happening.ts';

const MINUTE_MS = 60_000;
/** No place on earth is further from UTC. */
const MOST_MINUTES = 14 * 60;

/**
 * An instant as ISO 8601 with the offset of the terminal that told it: `2026-11-23T08:01:12-04:00`.
 *
 * @param at epoch ms
 * @param local the same moment by the terminal's clock, `YYYY-MM-DDTHH:MM:SS`
 */
export function instantWithOffset(at: number, local: string): string {
  const offset = Math.round((Date.parse(`${local}Z`) - at) / MINUTE_MS);
  // A clock that has nothing to do with the instant: what is sure is the instant.
  if (!(Math.abs(offset) <= MOST_MINUTES)) return new Date(at).toISOString();
  const there = new Date(at + offset * MINUTE_MS).toISOString().slice(0, 19);
  const digits = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  return `${there}${offset < 0 ? '-' : '+'}${digits(hours)}:${digits(minutes)}`;
}

type StoredPunch = Omit<PunchEvent, 'type'>;

/** What is told of a punch in every form of it; names of people are not kept in the cloud. */
export function punchData(punch: StoredPunch, site: string): PunchData {
  const { id, device, user_id, uid, at, local, status, punch: chosen, source } = punch;
  return {
    id,
    device_id: device,
    site,
    user_id,
    ...(uid === undefined ? {} : { uid }),
    at: instantWithOffset(at, local),
    local,
    status,
    punch: chosen,
    source,
  };
}

/** A happening as the feed shows it and as the body of a webhook. */
export function eventView({ id, type, at, site, device, data }: Happening): EventView {
  return {
    id,
    type,
    timestamp: new Date(at).toISOString(),
    ...(site === undefined ? {} : { site }),
    ...(device === undefined ? {} : { device_id: device }),
    data,
  };
}
