// Users that were changed over the API, told once their command has settled, also where nobody waited for it any more.
import * as z from 'zod';
import type { EventType } from '../../shared/domain/event-types.ts';
import type { Happening } from '../../shared/wire/happening.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import { keys } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import type { Feed } from './feed.ts';

/** What the routes that change users make of them. */
const TYPES: Readonly<Record<string, EventType>> = {
  userCreate: 'user.created',
  userUpdate: 'user.updated',
  userDelete: 'user.deleted',
  userRestore: 'user.created',
};

/** What is used of a command's row. */
const commandSchema = z.object({
  id: z.string(),
  site: z.string(),
  device: z.string(),
  route: z.string(),
  userId: z.string().optional(),
  /** That it was told. */
  told: z.literal(true).optional(),
});

export interface SettledPorts {
  readonly table: Table;
  readonly feed: Feed;
}

/**
 * Tells the feed of a command that an agent has answered with `ok`.
 *
 * @param at who answered: commands of another branch are not his to speak of
 * @returns how much was told
 */
export async function tellSettled(
  { table, feed }: SettledPorts,
  at: SiteAddress,
  id: string,
  now: number,
): Promise<number> {
  const key = keys.command(at.tenant, id);
  const parsed = commandSchema.safeParse(await table.get(key));
  if (!parsed.success) return 0;
  const { site, device, route, userId: user_id, told } = parsed.data;
  const type = TYPES[route];
  if (type === undefined || user_id === undefined || told === true || site !== at.site) return 0;
  const event: Happening = {
    id: `cmd_${id.toLowerCase()}`,
    type,
    at: now,
    site,
    device,
    data: { device_id: device, site, user_id, by: 'api', operation_id: id },
  };
  await feed.append(at.tenant, [event]);
  await table.updateIf(key, { set: 'told = :yes', condition: 'attribute_exists(pk)', values: { yes: true } });
  return 1;
}
