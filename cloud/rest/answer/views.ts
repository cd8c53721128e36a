// Sites and terminals as the API shows them: one word for how they stand, since when, and why in a sentence.
import type { DeviceView } from '../../../shared/api/devices.ts';
import type { SiteView } from '../../../shared/api/sites.ts';
import type { StateReason } from '../../../shared/domain/device-state.ts';
import { errorText, isErrorCode } from '../../../shared/errors.ts';
import { KEEP_ALIVE_SECONDS } from '../../../shared/wire/envelope.ts';
import type { Language } from '../../../shared/words.ts';
import type { DeviceRow, SiteRow } from '../../directory/rows.ts';
import { standingOf } from '../../directory/standing.ts';

/** The broker tells of a connection from which nothing came for so long: one that stands was alive since then. */
const ALIVE_MS = KEEP_ALIVE_SECONDS * 1500;

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
    serial: device.serial ?? null,
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

/** A branch as the API shows it at `now`. */
export function siteView(row: SiteRow, now: number): SiteView {
  const { site, name, connected, agentVersion, lastHello = null, since = null, createdAt } = row;
  const lastSeen = connected && lastHello !== null ? Math.max(lastHello, now - ALIVE_MS) : lastHello;
  return {
    site,
    name,
    online: connected,
    state: connected ? 'online' : lastHello === null ? 'unknown' : 'offline',
    since: instantOf(since),
    agent_version: agentVersion ?? null,
    last_seen: instantOf(lastSeen),
    certificate_ends_at: instantOf(row.certificate?.endsAt ?? null),
    created_at: new Date(createdAt).toISOString(),
  };
}

/** Null for a reason that only a newer agent knows. */
function sentenceOf({ code, params }: StateReason, language: Language): string | null {
  return isErrorCode(code) ? errorText(code, params, language) : null;
}

function instantOf(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString();
}
