// What was found, as lines of agent.yaml to paste.
import type { Found } from './probe.ts';

const DEFAULT_PORT = 4370;

/** The `devices` of an agent.yaml. Every id is one that the schema takes, and no two are the same. */
export function toYaml(found: readonly Found[]): string {
  const used = new Set<string>();
  const entries = found
    .filter(({ kind }) => kind !== 'silent')
    .map((terminal) => entryOf(terminal, freeId(terminal, used)));
  return entries.length === 0 ? '' : `devices:\n${entries.join('')}`;
}

function entryOf({ host, port, transport, kind, identity }: Found, id: string): string {
  const name = identity?.device_name || id;
  const lines = [
    `  - id: ${quoted(id)}`,
    // A terminal may say anything about itself: JSON's quotes are YAML's too.
    `    name: ${JSON.stringify(name.slice(0, 128).toWellFormed())}`,
    `    host: ${host}`,
    ...(port === DEFAULT_PORT ? [] : [`    port: ${port}`]),
    ...(transport === 'tcp' ? [] : [`    transport: ${transport}`]),
    ...(kind === 'asks_key' ? ['    comm_key: 0 # it asks for its comm key (menu Comm.): put it here'] : []),
  ];
  return `${lines.join('\n')}\n`;
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
