// Tells the feed when a branch or a terminal comes or goes: how they stand is compared with what was told last, so that a
// change is told once it is in the directory, and told again, under the same id, where its teller was killed.
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { type CertificateTimes, troubledAt } from '../../shared/domain/certificate.ts';
import type { EventType } from '../../shared/domain/event-types.ts';
import type { Happening } from '../../shared/wire/happening.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { Directory } from '../directory/directory.ts';
import type { DeviceRow, SiteRow } from '../directory/rows.ts';
import { troublesOf } from '../directory/troubles.ts';
import { isUpdateOpen, updateOf } from '../directory/update.ts';
import { eventKeys } from '../store/event-keys.ts';
import { assignments } from '../store/expressions.ts';
import type { Table } from '../store/table.ts';
import { StateChanges } from './changes.ts';
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
  /** Since when its disk is low and its clock off, as was told; null: it is not, or nobody was told. */
  disk: z.number().nullable().default(null),
  clock: z.number().nullable().default(null),
  /** The last update of its agent of whose end was told. */
  update: z.string().nullable().default(null),
  version: z.number(),
});
type Standing = z.infer<typeof standingSchema>;

const NEVER_TOLD = standingSchema.parse({ agent: null, devices: {}, version: 0 });

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
  if (row?.lastHello === undefined) return { row: null, agent: told, news: [] };
  const agent = agentStateSchema.parse(row.connected ? 'online' : 'offline');
  const since = row.since ?? now();
  const news = agent === told ? [] : [happening(`agent.${agent}`, at, since)];
  return { row, agent, news };
}

type MachineTrouble = 'disk' | 'clock';

const machineEvents = {
  disk: ['disk.low', 'disk.ok'],
  clock: ['clock.off', 'clock.ok'],
} as const satisfies Record<MachineTrouble, readonly [EventType, EventType]>;

/** What of the agent's machine is in trouble, and what is new of that. */
function machineNews(
  at: SiteAddress,
  row: SiteRow | null,
  told: Standing,
  now: number,
): { disk: number | null; clock: number | null; news: Happening[] } {
  if (row === null) return { disk: told.disk, clock: told.clock, news: [] };
  const troubles = troublesOf(row, now);
  const details = {
    disk: row.disk ? { free_bytes: row.disk.free, total_bytes: row.disk.total } : {},
    clock: typeof row.clockOffsetMs === 'number' ? { offset_ms: Math.round(row.clockOffsetMs) } : {},
  };
  const news = (['disk', 'clock'] as const).flatMap((name) => {
    const [since, before] = [troubles[name], told[name]];
    if ((since === null) === (before === null)) return [];
    const [begins, ends] = machineEvents[name];
    const { data, ...rest } = happening(since === null ? ends : begins, at, since ?? now);
    // The same for the same trouble, whoever tells it.
    const id = idOf(rest.type, at, '', since ?? before ?? now);
    return [{ ...rest, id, data: { ...data, ...details[name] } }];
  });
  return { disk: troubles.disk, clock: troubles.clock, news };
}

/** The end of an update of its agent, if it was not told yet. */
function updateNews(
  at: SiteAddress,
  row: SiteRow | null,
  told: Standing['update'],
): { update: string | null; news: Happening[] } {
  const standing = row === null ? null : updateOf(row);
  if (standing === null || isUpdateOpen(standing) || standing.wish.id === told)
    return { update: told, news: [] };
  const { wish, state, reason, settledAt } = standing;
  const type = state === 'updated' ? 'agent.updated' : 'agent.update_failed';
  const { data, ...rest } = happening(type, at, settledAt ?? wish.askedAt);
  const details = { update_id: wish.id, version: wish.version, ...(reason === null ? {} : { reason }) };
  return {
    update: wish.id,
    news: [{ ...rest, id: idOf(type, at, wish.id, 0), data: { ...data, ...details } }],
  };
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
  const reasons = new Map(changed.flatMap(({ id, reason }) => (reason ? [[id, reason] as const] : [])));
  return { devices: { ...told, ...Object.fromEntries(states) }, news, reasons };
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
  const { row: site, agent, news } = await agentNews(ports, at, told.agent);
  const times = site?.certificate ?? null;
  const { certificate, news: ofCertificate } = certificateNews(at, times, told.certificate, ports.now());
  const { disk, clock, news: ofMachine } = machineNews(at, site, told, ports.now());
  const { update, news: ofUpdate } = updateNews(at, site, told.update);
  // Its terminals went with it, and nothing is known of them until it is back.
  const {
    devices,
    news: more,
    reasons,
  } = await deviceNews(ports, at, site?.connected === true ? named : [], told.devices);
  const all = [...news, ...ofCertificate, ...ofMachine, ...ofUpdate, ...more];
  if (all.length === 0) return 0;
  await feed.append(at.tenant, all);
  await new StateChanges(table).note(at.tenant, all, reasons, ports.now());
  const standing = { agent, devices, certificate, disk, clock, update, version: told.version + 1 };
  await table.updateIf(key, {
    set: assignments(standing),
    condition: 'attribute_not_exists(#version) OR #version = :was',
    values: { ...standing, was: told.version },
  });
  return all.length;
}
