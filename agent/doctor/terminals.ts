// The doctor checks one terminal: as short a conversation as possible; nothing is written, nothing disabled.
import { setTimeout as sleep } from 'node:timers/promises';

import { SerenoError } from '../../shared/errors.ts';
import type { HelloDevice } from '../../shared/wire/envelope.ts';
import { systemClock } from '../clock.ts';
import type { DeviceSettings } from '../devices/settings.ts';
import type { Examined } from '../status-socket.ts';
import { type Pin, UNPINNED } from '../terminal/pin.ts';
import { toOpeningError } from '../terminal/session/errors.ts';
import { type Identity, readIdentity } from '../terminal/session/identity.ts';
import { SerialPin } from '../terminal/session/serial-pin.ts';
import { Conversation, type Requests } from '../zk/conversation.ts';
import { type Counters, readCounters } from '../zk/counters.ts';
import { isZkError } from '../zk/errors.ts';
import { readTime } from '../zk/time.ts';
import { declineOf, refusalOf } from './declines.ts';
import { about, type Finding, messageOf } from './finding.ts';
import { examineTerminalClock } from './terminal-clock.ts';

const TURNS = 3;
const TURN_MS = 2000;

interface Seen {
  readonly identity: Identity;
  readonly counters: Counters | null;
  readonly time: string | null;
}

/** What is known of a terminal before it is looked at. */
export interface Known {
  /** How a running agent that cannot be asked sees it. */
  readonly seen: HelloDevice | null;
  readonly pin: Pin;
  /** The cloud's time. */
  readonly now: number;
}

/** The doctor looks itself while no agent is there to ask. Never throws; leaves no connection. */
export async function examineTerminal(
  device: DeviceSettings,
  known: Partial<Known> = {},
): Promise<Finding[]> {
  const { seen: agentsView = null, pin = UNPINNED, now = Date.now() } = known;
  const finding = about(`terminal ${device.id}`);
  const address = `${device.host}:${device.port} (${device.transport})`;
  try {
    const seen = await patiently(agentsView?.reachable === true ? TURNS : 1, () => look(device, pin));
    return [finding.ok(`${address} ${describe(seen)}`), ...examineTerminalClock(device, seen.time, now)];
  } catch (error) {
    const named = failureOf(device, codeOf(error), address, messageOf(error));
    if (named !== null) return [named];
    if (agentsView?.reachable === true && agentsView.lastSeen !== null) {
      const at = new Date(agentsView.lastSeen).toISOString();
      const next =
        'Nothing, if this terminal takes one client at a time: the running agent is talking to it.';
      return [finding.warning(`${address} did not answer now; the agent reached it last at ${at}.`, next)];
    }
    return [await unmet(device, address, error)];
  }
}

/** What the running agent found, when the terminal's queue got to it. */
export function findingsOf(
  device: Pick<HelloDevice, 'id' | 'host' | 'port' | 'timezone' | 'source'>,
  examined: Examined,
  now: number,
): Finding[] {
  const finding = about(`terminal ${device.id}`);
  const address = `${device.host}:${device.port}`;
  if ('failure' in examined) {
    const { code, message } = examined.failure;
    const next = `Check its power, cable and address (menu Comm., Ethernet); sereno-agent discover finds moved ones.`;
    return [failureOf(device, code, address, message) ?? finding.failure(`${address}: ${message}`, next)];
  }
  const { info } = examined;
  const { fingers_count: fingers, records_count: records, users_count: users } = info;
  const counters =
    fingers === null || records === null || users === null ? null : { users, fingers, records };
  const clock = examineTerminalClock(device, info.device_time === '' ? null : info.device_time, now);
  return [finding.ok(`${address} ${describe({ identity: info, counters })}`), ...clock];
}

/** Failures with a next step of their own. */
function failureOf(
  { id, source }: Pick<DeviceSettings, 'id' | 'source'>,
  code: string,
  address: string,
  message: string,
): Finding | null {
  const finding = about(`terminal ${id}`);
  if (code === 'comm_key_refused') {
    const next =
      "Put the comm key of the terminal's menu (Comm., Security) into agent.yaml, or PUT it to the device.";
    return finding.failure(`${address} refuses the comm key.`, next);
  }
  if (code === 'device_swapped') {
    const file = source === 'file' ? "put 'serial' into agent.yaml and restart the agent, or " : '';
    const next = `If it was replaced: ${file}PUT /devices/${id} with accept_serial. If not, find out whose it is.`;
    return finding.failure(message, next);
  }
  if (code === 'device_busy' || code === 'expired') {
    return finding.warning(`${address} has no time now: ${message}`, 'Ask again when that is over.');
  }
  if (code === 'device_refused') return refusalOf({ id }, address, message);
  return declineOf({ id }, code, address);
}

/** No conversation came about. */
async function unmet(device: DeviceSettings, address: string, error: unknown): Promise<Finding> {
  const finding = about(`terminal ${device.id}`);
  const other = device.transport === 'tcp' ? 'udp' : 'tcp';
  if (await answersOver(other, device)) {
    return finding.failure(
      `${address} does not answer, but over ${other} it does.`,
      `Set transport: ${other}.`,
    );
  }
  const { code, message } = toOpeningError(error, device);
  const next =
    'Check its power, cable and address (menu Comm., Ethernet); sereno-agent discover finds moved ones.';
  return (
    failureOf(device, code, address, message) ??
    finding.failure(`${address} does not answer: ${messageOf(error)}.`, next)
  );
}

function codeOf(error: unknown): string {
  if (isZkError(error, 'auth')) return 'comm_key_refused';
  return error instanceof SerenoError ? error.code : '';
}

/** A conversation that the running agent keeps open ends within seconds. */
async function patiently<T>(turns: number, attempt: () => Promise<T>): Promise<T> {
  for (let turn = 1; ; turn++) {
    try {
      return await attempt();
    } catch (error) {
      if (turn >= turns || codeOf(error) !== '') throw error;
      await sleep(TURN_MS);
    }
  }
}

/** The serial number is asked for first, as the agent does; the comm key is sent only where the agent would send it. */
async function look(device: DeviceSettings, known: Pin): Promise<Seen> {
  const { host, port, transport, commKey, timeoutMs } = device;
  const pin = new SerialPin(device, { read: () => known, write: () => undefined }, systemClock);
  const mayAuthenticate = (terminal: Requests) => pin.mayAuthenticate(terminal);
  const options = { host, port, transport, commKey, timeoutMs, mayAuthenticate };
  const conversation = await Conversation.open(options).catch((error: unknown) => {
    throw isZkError(error, 'withheld') ? pin.withheld() : error;
  });
  try {
    await pin.check(conversation);
    const time = await readTime(conversation);
    const identity = await readIdentity(conversation);
    const counters = device.dialect.counters === false ? null : await readCounters(conversation);
    return { identity, counters, time };
  } finally {
    await conversation.close();
  }
}

async function answersOver(transport: 'tcp' | 'udp', device: DeviceSettings): Promise<boolean> {
  try {
    await look({ ...device, transport }, UNPINNED);
    return true;
  } catch (error) {
    return isZkError(error, 'auth');
  }
}

type Counted = Pick<Counters, 'users' | 'fingers' | 'records'>;

function describe({ identity, counters }: { identity: Identity; counters: Counted | null }): string {
  const { device_name, serialnumber, firmware_version } = identity;
  const name = [device_name || 'answers', serialnumber && `no. ${serialnumber}`, firmware_version];
  const counts =
    counters === null
      ? 'it has no counters: its users are read anew before every write'
      : `${counters.users} users, ${counters.fingers} fingers, ${counters.records} records`;
  return `${name.filter((word) => word !== '').join(', ')}; ${counts}.`;
}
