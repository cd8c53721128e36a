// Sites and terminals as the API shows them: one word for how they stand, since when, and why in a sentence.
import type { DeviceView } from '../../../shared/api/devices.ts';
import type { FoundView } from '../../../shared/api/discovery.ts';
import type { FleetView, SiteView } from '../../../shared/api/sites.ts';
import type { AgentUpdateView } from '../../../shared/api/updates.ts';
import { serialSchema } from '../../../shared/domain/device.ts';
import type { StateReason } from '../../../shared/domain/device-state.ts';
import { DEVICE_STATES, type DeviceState } from '../../../shared/domain/device-states.ts';
import type { FoundTerminal } from '../../../shared/domain/found-terminal.ts';
import { errorText, isErrorCode } from '../../../shared/errors.ts';
import { KEEP_ALIVE_SECONDS } from '../../../shared/wire/envelope.ts';
import type { Language } from '../../../shared/words.ts';
import type { Branch, Fleet } from '../../directory/fleet.ts';
import type { DeviceRow, SiteRow } from '../../directory/rows.ts';
import { standingOf } from '../../directory/standing.ts';
import { type UpdateStanding, updateOf } from '../../directory/update.ts';

/** The broker tells of a connection from which nothing came for so long: one that stands was alive since then. */
const ALIVE_MS = KEEP_ALIVE_SECONDS * 1500;

/** Ids that a branch shows of terminals that another one holds. */
const MOST_REFUSED = 20;

/** A terminal as the API shows it: online means that its agent is connected and the last contact succeeded. */
export function deviceView(device: DeviceRow, site: SiteRow | null, language: Language): DeviceView {
  const { state, since, reason } = standingOf(device, site);
  const sentence = reason === null ? null : sentenceOf(reason, language);
  return {
    id: device.id,
    name: device.name,
    ip: device.host,
    port: device.port,
    site: device.site,
    source: device.source,
    serial: device.serial ?? null,
    ...(state === 'swapped' ? foundAt(reason) : {}),
    timezone: device.timezone ?? null,
    online: site?.connected === true && device.reachable === true,
    state,
    since: instantOf(since),
    ...(sentence !== null && { reason: sentence }),
    last_seen: instantOf(device.lastSeen),
    ...(device.punches && { punches: device.punches }),
    created_at: new Date(device.createdAt).toISOString(),
  };
}

/** The serial number of the terminal that answers in the place of another one. */
function foundAt(reason: StateReason | null): { serial_found?: string } {
  const { success, data } = serialSchema.safeParse(reason?.params.serial);
  return success ? { serial_found: data } : {};
}

/** A branch as the API shows it at `now`. */
export function siteView({ row, state, terminals, troubles }: Branch, now: number): SiteView {
  const { site, name, connected, agentVersion, lastHello = null, since = null, createdAt } = row;
  const { journalDepth, eventsWaiting, clockOffsetMs, disk } = row;
  const update = updateOf(row);
  const lastSeen = connected && lastHello !== null ? Math.max(lastHello, now - ALIVE_MS) : lastHello;
  return {
    site,
    name,
    online: connected,
    state,
    since: instantOf(since),
    agent_version: agentVersion ?? null,
    last_seen: instantOf(lastSeen),
    certificate_ends_at: instantOf(row.certificate?.endsAt ?? null),
    reported_at: instantOf(lastHello),
    clock_offset_ms: typeof clockOffsetMs === 'number' ? Math.round(clockOffsetMs) : null,
    disk: disk ? { free_bytes: disk.free, total_bytes: disk.total } : null,
    waiting: journalDepth === undefined ? null : { commands: journalDepth, events: eventsWaiting ?? 0 },
    troubles: [...troubles],
    devices: withTotal(terminals.counts),
    devices_named: terminals.named,
    ...(terminals.foreign.length > 0 && { devices_refused: terminals.foreign.slice(0, MOST_REFUSED) }),
    update: update === null ? null : agentUpdateView(update),
    created_at: new Date(createdAt).toISOString(),
  };
}

/** An update of an agent as the API shows it: without the address of the package, which may hold a signature. */
export function agentUpdateView({ wish, state, reason, toldAt, settledAt }: UpdateStanding): AgentUpdateView {
  return {
    id: wish.id,
    version: wish.version,
    state,
    ...(reason !== null && { reason }),
    asked_at: new Date(wish.askedAt).toISOString(),
    told_at: instantOf(toldAt),
    settled_at: instantOf(settledAt),
    ...(wish.rollout !== undefined && { rollout_id: wish.rollout }),
  };
}

export function fleetView({ sites, devices, versions, troubles, waiting }: Fleet): FleetView {
  const byVersion = [...versions].map(([agent_version, count]) => ({ agent_version, sites: count }));
  return {
    sites: { total: sites.online + sites.offline + sites.unknown, ...sites },
    devices: withTotal(devices),
    versions: byVersion.sort(
      (a, b) => b.sites - a.sites || ((a.agent_version ?? '~') < (b.agent_version ?? '~') ? -1 : 1),
    ),
    troubles,
    waiting,
  };
}

function withTotal(counts: Readonly<Partial<Record<DeviceState, number>>>): SiteView['devices'] {
  const of = (state: DeviceState) => counts[state] ?? 0;
  return {
    total: DEVICE_STATES.reduce((sum, state) => sum + of(state), 0),
    online: of('online'),
    offline: of('offline'),
    refused: of('refused'),
    swapped: of('swapped'),
    busy: of('busy'),
    unknown: of('unknown'),
  };
}

/** Null for a reason that only a newer agent knows. */
export function sentenceOf({ code, params }: StateReason, language: Language): string | null {
  return isErrorCode(code) ? errorText(code, params, language) : null;
}

function instantOf(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString();
}

const told = (text: string) => (text === '' ? null : text);

/** What answers at an address; null where it tells nothing of that. */
export function foundView({ device_id, ...found }: FoundTerminal): FoundView {
  return {
    ...found,
    serial: told(found.serial),
    device_name: told(found.device_name),
    platform: told(found.platform),
    firmware_version: told(found.firmware_version),
    ...(device_id === null ? {} : { device_id }),
  };
}
