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
   * `terminal`: it talked. `asks_key`: it wants its comm key first. `declines`: it answers a connect with another code, see
   * `reply`. `hangs_up`: it accepts the connection and closes it at once, as a terminal does whose one place is taken.
   * `silent`: something accepts connections there and says nothing that a terminal says.
   */
  readonly kind: 'terminal' | 'asks_key' | 'declines' | 'hangs_up' | 'silent';
  /** The code with which it declines; else null. */
  readonly reply: number | null;
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

const NOTHING = { identity: null, time: null, reply: null };

/** True for what only a terminal says. */
export function isTerminal({ kind }: Pick<Found, 'kind'>): boolean {
  return kind !== 'silent' && kind !== 'hangs_up';
}

/** Asks over TCP, then over UDP; null where nothing answers. Never throws, leaves no connection. */
export async function probe(host: string, options: ProbeOptions): Promise<Found | null> {
  const overTcp = await attempt(host, 'tcp', options);
  if (overTcp !== null && isTerminal(overTcp)) return overTcp;
  const overUdp = options.signal.aborted ? null : await attempt(host, 'udp', options);
  return overUdp ?? overTcp;
}

async function attempt(
  host: string,
  transport: 'tcp' | 'udp',
  { port, timeoutMs, signal }: ProbeOptions,
): Promise<Found | null> {
  const found = (
    kind: Found['kind'],
    said: Partial<Pick<Found, 'identity' | 'time' | 'reply'>> = {},
  ): Found => {
    return { host, port, transport, kind, ...NOTHING, ...said, askedAt: Date.now() };
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
    if (error.code === 'refused') return found('declines', { reply: error.reply ?? null });
    if (error.code === 'closed') return found('hangs_up');
    // Datagrams are lost without a trace: silence over UDP says nothing.
    return transport === 'tcp' ? found('silent') : null;
  }
}
