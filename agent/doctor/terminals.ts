// The doctor on one terminal: a conversation as short as can be, with nothing written and nothing disabled.
import { setTimeout as sleep } from 'node:timers/promises';

import type { HelloDevice } from '../../shared/wire/envelope.ts';
import type { DeviceSettings } from '../config/load.ts';
import { type Identity, readIdentity } from '../terminal/info.ts';
import { Conversation } from '../zk/conversation.ts';
import { type Counters, readCounters } from '../zk/counters.ts';
import { isZkError } from '../zk/errors.ts';
import { readTime } from '../zk/time.ts';
import { about, type Finding, messageOf } from './finding.ts';
import { examineTerminalClock } from './terminal-clock.ts';

const TURNS = 3;
const TURN_MS = 2000;

interface Seen {
  readonly identity: Identity;
  readonly counters: Counters | null;
  readonly time: string | null;
}

/** `known`: how a running agent sees it; `now`: the cloud's time. Never throws; leaves no connection. */
export async function examineTerminal(
  device: DeviceSettings,
  known: HelloDevice | null,
  now = Date.now(),
): Promise<Finding[]> {
  const told = about(`terminal ${device.id}`);
  const address = `${device.host}:${device.port} (${device.transport})`;
  try {
    const seen = await patiently(known?.reachable === true ? TURNS : 1, () => look(device));
    return [told.ok(`${address} ${describe(seen)}`), ...examineTerminalClock(device, seen.time, now)];
  } catch (error) {
    if (isZkError(error, 'auth')) {
      const next =
        "Put the comm key of the terminal's menu (Comm., Security) into agent.yaml, or PUT it to the device.";
      return [told.failure(`${address} refuses the comm key.`, next)];
    }
    if (known?.reachable === true && known.lastSeen !== null) {
      const at = new Date(known.lastSeen).toISOString();
      const next =
        'Nothing, if this terminal takes one client at a time: the running agent is talking to it.';
      return [told.warning(`${address} did not answer now; the agent reached it last at ${at}.`, next)];
    }
    const other = device.transport === 'tcp' ? 'udp' : 'tcp';
    if (await answersOver(other, device)) {
      return [
        told.failure(`${address} does not answer, but over ${other} it does.`, `Set transport: ${other}.`),
      ];
    }
    const next =
      'Check its power, cable and address (menu Comm., Ethernet); sereno-agent discover finds moved ones.';
    return [told.failure(`${address} does not answer: ${messageOf(error)}.`, next)];
  }
}

/** A conversation that the running agent keeps open ends within seconds. */
async function patiently<T>(turns: number, attempt: () => Promise<T>): Promise<T> {
  for (let turn = 1; ; turn++) {
    try {
      return await attempt();
    } catch (error) {
      if (turn >= turns || isZkError(error, 'auth')) throw error;
      await sleep(TURN_MS);
    }
  }
}

async function look(device: DeviceSettings): Promise<Seen> {
  const { host, port, transport, commKey, timeoutMs } = device;
  const conversation = await Conversation.open({ host, port, transport, commKey, timeoutMs });
  try {
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
    await look({ ...device, transport });
    return true;
  } catch (error) {
    return isZkError(error, 'auth');
  }
}

function describe({ identity, counters }: Seen): string {
  const { device_name, serialnumber, firmware_version } = identity;
  const name = [device_name || 'answers', serialnumber && `no. ${serialnumber}`, firmware_version];
  const counts =
    counters === null
      ? 'it has no counters: its users are read anew before every write'
      : `${counters.users} users, ${counters.fingers} fingers, ${counters.records} records`;
  return `${name.filter((word) => word !== '').join(', ')}; ${counts}.`;
}
