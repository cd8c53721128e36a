// Whether a terminal answers at an address, and what it says about itself.

import { type Identity, readIdentity } from '../terminal/session/identity.ts';
import { Conversation } from '../zk/conversation.ts';
import { ZkError } from '../zk/errors.ts';
import { readTime } from '../zk/time.ts';

export interface Found {
  readonly host: string;
  readonly port: number;
  readonly transport: 'tcp' | 'udp';
  /**
   * `terminal`: it talked. `asks_key`: it wants its comm key first. `silent`: something accepts connections there
   * but does not answer as a terminal does; perhaps one that serves another client just now.
   */
  readonly kind: 'terminal' | 'asks_key' | 'silent';
  /** Null unless it talked. */
  readonly identity: Identity | null;
  /** What its clock showed, `YYYY-MM-DDTHH:MM:SS`; null where it showed nothing or was not asked. */
  readonly time: string | null;
  /** When it was asked, epoch ms. */
  readonly askedAt: number;
}

export interface ProbeOptions {
  readonly port: number;
  /** For connecting, and for each answer. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const NOTHING = { identity: null, time: null };

/** Asks over TCP, then over UDP; null where nothing answers. Never throws, leaves no connection. */
export async function probe(host: string, options: ProbeOptions): Promise<Found | null> {
  const overTcp = await attempt(host, 'tcp', options);
  if (overTcp !== null && overTcp.kind !== 'silent') return overTcp;
  const overUdp = options.signal.aborted ? null : await attempt(host, 'udp', options);
  return overUdp ?? overTcp;
}

async function attempt(
  host: string,
  transport: 'tcp' | 'udp',
  { port, timeoutMs, signal }: ProbeOptions,
): Promise<Found | null> {
  const found = (kind: Found['kind'], said: Pick<Found, 'identity' | 'time'> = NOTHING): Found => {
    return { host, port, transport, kind, ...said, askedAt: Date.now() };
  };
  try {
    const conversation = await Conversation.open({ host, port, transport, commKey: 0, timeoutMs }, signal);
    const identity = await readIdentity(conversation, signal).catch(() => null);
    const time = await readTime(conversation, { signal }).catch(() => null);
    await conversation.close();
    return found('terminal', { identity, time });
  } catch (error) {
    if (!(error instanceof ZkError) || error.code === 'unreachable' || error.code === 'aborted') return null;
    if (error.code === 'auth') return found('asks_key');
    // Datagrams are lost without a trace: silence over UDP says nothing.
    return transport === 'tcp' ? found('silent') : null;
  }
}
