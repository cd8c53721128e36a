// Finds sites that count as connected and are not: their last will and the end of their connection got lost.
import type { SiteAddress } from '../../shared/wire/topics.ts';
import { sideBySide } from '../bounded.ts';
import type { Directory } from '../directory/directory.ts';
import type { AskBroker } from './connections.ts';

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
 * Asks the broker about every site that counts as connected.
 *
 * @param now epoch ms
 * @param endsAt epoch ms after which nothing more is asked; a later sweep begins elsewhere
 */
export async function sweep(
  directory: Directory,
  ask: AskBroker,
  { now, endsAt }: { readonly now: () => number; readonly endsAt: number },
): Promise<Swept> {
  const sites = await directory.connectedSites();
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
