// Changes whose outcome is not known for a long time, told once: somebody should look.
import type { Happening } from '../../shared/wire/happening.ts';
import { keys } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import type { Feed } from './feed.ts';

/** By then the command has ended at the agent, if the agent is there. */
const LONG_MS = 15 * 60_000;

export interface UnknownPorts {
  readonly table: Table;
  readonly feed: Feed;
}

interface Unsettled {
  readonly tenant: string;
  readonly id: string;
  readonly site: string;
  readonly device: string;
  /** Epoch ms. */
  readonly issuedAt: number;
}

/** Tells the feed of a change that has not settled, once that has lasted; again, under the same id, only after a death. */
export async function tellUnknown(
  { table, feed }: UnknownPorts,
  change: Unsettled,
  now: number,
): Promise<void> {
  const { tenant, id, site, device, issuedAt } = change;
  if (now - issuedAt < LONG_MS) return;
  const key = keys.command(tenant, id);
  if ((await table.get(key))?.toldUnknown === true) return;
  const event: Happening = {
    id: `unknown_${id.toLowerCase()}`,
    type: 'operation.unknown',
    at: issuedAt,
    site,
    device,
    data: { device_id: device, site, operation_id: id, since: new Date(issuedAt).toISOString() },
  };
  await feed.append(tenant, [event]);
  const values = { yes: true };
  await table.updateIf(key, { set: 'toldUnknown = :yes', condition: 'attribute_exists(pk)', values });
}
