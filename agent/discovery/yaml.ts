// What was found, as lines of agent.yaml to paste.
import { cleanSerial } from '../../shared/domain/device.ts';
import { localTimeZone } from '../devices/settings.ts';
import { skewOf } from '../terminal/session/zone.ts';
import { type Found, isTerminal } from './probe.ts';

const DEFAULT_PORT = 4370;

/** A clock that is off by more than this is wrong, or in another time zone. */
const SKEW_MS = 120_000;
const MINUTE_MS = 60_000;

/**
 * The `devices` of an agent.yaml. Every id is one that the schema takes, and no two are the same. `zone`: this
 * machine's; terminals do not say theirs, but a comment says if the clock shows the time of another zone.
 */
export function toYaml(found: readonly Found[], zone = localTimeZone()): string {
  const used = new Set<string>();
  const entries = found.filter(isTerminal).map((terminal) => entryOf(terminal, freeId(terminal, used), zone));
  return entries.length === 0 ? '' : `devices:\n${entries.join('')}`;
}

function entryOf(found: Found, id: string, zone: string): string {
  const { host, port, transport, kind, identity, reply } = found;
  const name = identity?.device_name || id;
  const serial = cleanSerial(identity?.serialnumber ?? '');
  const lines = [
    `  - id: ${quoted(id)}`,
    // A terminal may say anything about itself: JSON's quotes are YAML's too.
    `    name: ${JSON.stringify(name.slice(0, 128).toWellFormed())}`,
    `    host: ${host}${kind === 'declines' ? ` # it declines connections (reply ${reply ?? '?'})` : ''}`,
    ...(port === DEFAULT_PORT ? [] : [`    port: ${port}`]),
    ...(transport === 'tcp' ? [] : [`    transport: ${transport}`]),
    ...(serial === '' ? [] : [`    serial: ${JSON.stringify(serial)}`]),
    `    timezone: ${zone}${doubtOf(found, zone)}`,
    ...(kind === 'asks_key' ? ['    comm_key: 0 # it asks for its comm key (menu Comm.): put it here'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** A comment if the clock contradicts the zone. */
function doubtOf({ time, askedAt }: Found, zone: string): string {
  if (time === null) return '';
  const skew = skewOf(time, zone, askedAt);
  if (Math.abs(skew) <= SKEW_MS) return '';
  const minutes = Math.round(Math.abs(skew) / MINUTE_MS);
  const side = skew < 0 ? 'behind' : 'ahead of';
  return minutes % 30 === 0
    ? ` # its clock is ${minutes / 60} h ${side} this zone: put the one in which it runs`
    : ` # its clock is ${minutes} min ${side} this zone: have it set by sync-time`;
}

/** Plain words stay plain; an id of digits only would be a number to YAML. */
function quoted(id: string): string {
  return /^[a-z][a-z0-9_-]*$/.test(id) && !/^(true|false|null|yes|no|on|off)$/.test(id)
    ? id
    : JSON.stringify(id);
}

/** The serial number, which stays when the address changes; else the address. */
function freeId({ host, identity }: Found, used: Set<string>): string {
  const serial = (identity?.serialnumber ?? '').toLowerCase().replace(/[^a-z0-9._-]+/g, '-');
  const base = serial.replace(/^[^a-z0-9]+/, '').slice(0, 60) || `terminal-${host.replaceAll('.', '-')}`;
  let id = base;
  for (let count = 2; used.has(id); count++) id = `${base}-${count}`;
  used.add(id);
  return id;
}
