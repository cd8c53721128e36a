// Finds terminals by serial number: at which addresses they answer. No comm key is sent to anybody.
import { setTimeout as sleep } from 'node:timers/promises';
import { readSerial } from '../terminal/session/serial-pin.ts';
import { Conversation, type Requests } from '../zk/conversation.ts';

/** Addresses asked at a time, and the least time for each: 20 a second, on a network that others work in. */
const LANES = 8;
const LANE_MS = 400;

export interface Search {
  readonly hosts: readonly string[];
  readonly port: number;
  readonly transport: 'tcp' | 'udp';
  /** Serial numbers to find; the search ends when all are found. */
  readonly wanted: ReadonlySet<string>;
  /** For connecting, and for the answer. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** @returns host by serial number. Never throws. */
export async function findBySerial({ hosts, wanted, ...at }: Search): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const waiting = hosts.values();
  const lane = async () => {
    for (const host of waiting) {
      if (at.signal.aborted || found.size === wanted.size) return;
      const pace = sleep(LANE_MS, undefined, { signal: at.signal }).catch(() => undefined);
      const serial = await serialAt(host, at);
      if (serial !== null && wanted.has(serial)) found.set(serial, host);
      if (found.size < wanted.size) await pace;
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANES, hosts.length) }, lane));
  return found;
}

/** Null where nothing answers, or a terminal that tells its serial number only after it has the comm key: it does not get the key here. */
async function serialAt(host: string, at: Omit<Search, 'hosts' | 'wanted'>): Promise<string | null> {
  const { port, transport, timeoutMs, signal } = at;
  let serial: string | null = null;
  const mayAuthenticate = async (terminal: Requests) => {
    serial = await readSerial(terminal, signal);
    return false;
  };
  try {
    const options = { host, port, transport, timeoutMs, commKey: 0, mayAuthenticate };
    const conversation = await Conversation.open(options, signal);
    try {
      return await readSerial(conversation, signal);
    } finally {
      await conversation.close();
    }
  } catch {
    return serial;
  }
}
