// Finds sites that count as connected and are not: their last will and the end of their connection got lost.
import { createHash } from 'node:crypto';
import { SWEEP_MINUTES } from '../../shared/wire/envelope.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import { sideBySide } from '../bounded.ts';
import type { Directory } from '../directory/directory.ts';
import type { AskBroker } from './connections.ts';

/** From one sweep to the next. */
const SWEEP_MS = SWEEP_MINUTES * 60_000;
/** Questions to the broker at a time. */
const LANES = 10;

export interface Swept {
  /** Sites that were asked about. */
  readonly asked: number;
  /** Those that had gone. */
  readonly gone: readonly SiteAddress[];
  /** Those that the broker said nothing about, or that there was no time for. */
  readonly left: number;
}

/**
 * Asks the broker about the sites that count as connected.
 *
 * @param now epoch ms
 * @param endsAt epoch ms after which nothing more is asked; a later sweep begins elsewhere
 * @param share one site in so many is asked about, another one in each of as many sweeps
 */
export async function sweep(
  directory: Directory,
  ask: AskBroker,
  {
    now,
    endsAt,
    share = 1,
  }: { readonly now: () => number; readonly endsAt: number; readonly share?: number },
): Promise<Swept> {
  const turn = Math.floor(now() / SWEEP_MS) % share;
  const sites = (await directory.connectedSites()).filter((at) => turnOf(at, share) === turn);
  const from = Math.floor(Math.random() * sites.length);
  const turned = [...sites.slice(from), ...sites.slice(0, from)];
  const ends = await sideBySide(turned, LANES, async ({ tenant, site }) => {
    const askedAt = now();
    if (askedAt >= endsAt) return 'left';
    const connection = await ask({ tenant, site });
    if (connection === null) return 'left';
    if (connection.connected) return 'here';
    // A hello that came after the question belongs to a new connection.
    const since = Math.min(connection.since ?? askedAt, askedAt);
    return (await directory.leaveQuiet(tenant, site, askedAt, since)) ? 'gone' : 'here';
  });
  const left = ends.filter((end) => end === 'left').length;
  return {
    asked: sites.length - left,
    gone: turned.filter((_, index) => ends[index] === 'gone'),
    left,
  };
}

/** In which of so many sweeps a site is asked about. */
function turnOf({ tenant, site }: SiteAddress, share: number): number {
  return createHash('sha256').update(`${tenant}/${site}`).digest().readUInt32BE(0) % share;
}
