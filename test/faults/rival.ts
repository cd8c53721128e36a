// Another program that has the one place of a terminal for a while.
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { encodePayload } from '../terminal/framing.ts';
import { Command } from '../terminal/protocol.ts';
import type { SimulatedTerminal } from '../terminal/terminal.ts';

/** A program that is quiet keeps its place all the same. */
const IDLE_MS = 60_000;
const WITHIN_MS = 1000;

/**
 * Lets somebody in, and from then on nobody else; whoever was there is let go of. Null where the way to it was bad.
 * @returns what gives the place back, and the terminal its own ways
 */
export async function takePlace(terminal: SimulatedTerminal): Promise<(() => void) | null> {
  const { oneClient, udpIdleMs, transport } = terminal.options;
  terminal.options.oneClient = false;
  const rival = transport === 'udp' ? await overUdp(terminal) : await overTcp(terminal);
  const isIn = await terminal
    .until((at) => at.clients().includes(rival.label), WITHIN_MS)
    .then(
      () => true,
      () => false,
    );
  const leave = () => {
    rival.leave();
    terminal.hangUp((label) => label === rival.label);
    terminal.options.oneClient = oneClient;
    terminal.options.udpIdleMs = udpIdleMs;
  };
  if (!isIn) {
    leave();
    return null;
  }
  terminal.options.oneClient = transport === 'udp' ? 'silent' : 'close';
  terminal.options.udpIdleMs = IDLE_MS;
  terminal.hangUp((label) => label !== rival.label);
  return leave;
}

interface Rival {
  /** As the terminal calls it. */
  readonly label: string;
  leave(): void;
}

async function overTcp({ port, host }: SimulatedTerminal): Promise<Rival> {
  const socket = connect({ port, host });
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
  return { label: `tcp:${socket.localPort}`, leave: () => void socket.destroy() };
}

async function overUdp({ port, host }: SimulatedTerminal): Promise<Rival> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  const hello = encodePayload({ command: Command.connect, session: 0, replyId: 0, data: Buffer.alloc(0) });
  socket.send(hello, port, host);
  return { label: `udp:${socket.address().port}`, leave: () => void socket.close() };
}
