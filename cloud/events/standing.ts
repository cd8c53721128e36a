// Tells the feed when a branch or a terminal comes or goes: how they stand is compared with what was told last, so that a
// change is told once it is in the directory, and told again, under the same id, where its teller was killed.
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { type CertificateTimes, troubledAt } from '../../shared/domain/certificate.ts';
import type { EventType, Happening } from '../../shared/wire/happening.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { Directory } from '../directory/directory.ts';
import type { DeviceRow } from '../directory/rows.ts';
import { eventKeys } from '../store/event-keys.ts';
import type { Table } from '../store/table.ts';
import type { Feed } from './feed.ts';

/** States that are told; a terminal that is busy, or that nobody has tried, stands as it did. */
const TOLD_STATES = ['online', 'offline', 'refused', 'swapped'] as const;
type ToldState = (typeof TOLD_STATES)[number];

const agentStateSchema = z.enum(['online', 'offline']);
const standingSchema = z.object({
  agent: agentStateSchema.nullable(),
  devices: z.record(z.string(), z.enum(TOLD_STATES)),
  /** When the certificate ends of which it was told that it is not renewed; null: none was. */
  certificate: z.number().nullable().default(null),
  version: z.number(),
});
type Standing = z.infer<typeof standingSchema>;

const NEVER_TOLD: Standing = { agent: null, devices: {}, certificate: null, version: 0 };

export interface StandingPorts {
  readonly table: Table;
  readonly directory: Directory;
  readonly feed: Feed;
  /** Epoch ms. */
  readonly now: () => number;
}

function isTold(state: unknown): state is ToldState {
  return (TOLD_STATES as readonly unknown[]).includes(state);
}

/** The same for the same change, whoever tells it. */
function idOf(type: EventType, { site }: SiteAddress, device: string, since: number): string {
  return createHash('sha256')
    .update(JSON.stringify([type, site, device, since]))
    .digest('hex')
    .slice(0, 32);
}

function happening(type: EventType, at: SiteAddress, since: number, device?: DeviceRow): Happening {
  const reason = device?.reason?.code;
  return {
    id: idOf(type, at, device?.id ?? '', since),
    type,
    at: since,
    site: at.site,
    ...(device === undefined ? {} : { device: device.id }),
    data: {
      site: at.site,
      ...(device === undefined ? {} : { device_id: device.id }),
      since: new Date(since).toISOString(),
      ...(reason === undefined ? {} : { reason }),
    },
  };
}

/** What is new of the agent, and how it stands now; null: nobody knows yet. */
async function agentNews({ directory, now }: StandingPorts, at: SiteAddress, told: Standing['agent']) {
  const row = await directory.site(at.tenant, at.site);
  if (row?.lastHello === undefined) return { agent: told, news: [], isConnected: false, times: null };
  const agent = agentStateSchema.parse(row.connected ? 'online' : 'offline');
  const since = row.since ?? now();
  const news = agent === told ? [] : [happening(`agent.${agent}`, at, since)];
  return { agent, news, isConnected: row.connected, times: row.certificate ?? null };
}

/** Whether the agent's certificate ends and was not renewed in time, and what is new of that. */
function certificateNews(
  at: SiteAddress,
  times: CertificateTimes | null,
  told: Standing['certificate'],
  now: number,
): { certificate: number | null; news: Happening[] } {
  if (times === null) return { certificate: told, news: [] };
  const since = troubledAt(times);
  const isTroubled = now >= since;
  if (isTroubled === (told !== null)) return { certificate: told, news: [] };
  const [type, from] = isTroubled
    ? (['certificate.ending', since] as const)
    : (['certificate.renewed', now] as const);
  const { data, ...rest } = happening(type, at, from);
  // The same for the same certificate, whoever tells it.
  const id = idOf(type, at, '', isTroubled ? times.endsAt : (told ?? 0));
  const news = [{ ...rest, id, data: { ...data, ends_at: new Date(times.endsAt).toISOString() } }];
  return { certificate: isTroubled ? times.endsAt : null, news };
}

/** What is new of these terminals of the site. */
async function deviceNews(
  { directory, now }: StandingPorts,
  at: SiteAddress,
  ids: readonly string[],
  told: Standing['devices'],
) {
  const rows = ids.length === 0 ? [] : await directory.namedDevices(at.tenant, ids);
  const changed = rows
    .filter(({ id, site, state }) => site === at.site && isTold(state) && told[id] !== state)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const states = changed.flatMap(({ id, state }) => (isTold(state) ? [[id, state] as const] : []));
  const news = changed.flatMap((row) =>
    isTold(row.state) ? [happening(`device.${row.state}`, at, row.since ?? now(), row)] : [],
  );
  return { devices: { ...told, ...Object.fromEntries(states) }, news };
}

/**
 * Tells what has changed since it was told last.
 *
 * @param named ids of terminals that the agent has spoken of: only they can have changed
 * @returns how much was told
 */
export async function tellStanding(
  ports: StandingPorts,
  at: SiteAddress,
  named: readonly string[],
): Promise<number> {
  const { table, feed } = ports;
  const key = eventKeys.standing(at.tenant, at.site);
  const row = await table.get(key);
  const told = row === null ? NEVER_TOLD : standingSchema.parse(row);
  const { agent, news, isConnected, times } = await agentNews(ports, at, told.agent);
  const { certificate, news: ofCertificate } = certificateNews(at, times, told.certificate, ports.now());
  // Its terminals went with it, and nothing is known of them until it is back.
  const { devices, news: more } = await deviceNews(ports, at, isConnected ? named : [], told.devices);
  const all = [...news, ...ofCertificate, ...more];
  if (all.length === 0) return 0;
  await feed.append(at.tenant, all);
  await table.updateIf(key, {
    set: '#agent = :agent, #devices = :devices, #certificate = :certificate, #version = :next',
    condition: 'attribute_not_exists(#version) OR #version = :version',
    values: { agent, devices, certificate, next: told.version + 1, version: told.version },
  });
  return all.length;
}
