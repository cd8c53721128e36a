// What the agent asks a terminal for what it keeps by itself: in the terminal's turn, behind the commands of the cloud.
import { ulid } from 'ulid';
import type { TerminalUsers } from './access/ports.ts';
import type { Station } from './dispatch/ports.ts';
import { unreachable } from './terminal/session/errors.ts';
import type { Terminal } from './terminal/terminal.ts';

/** Runs `work` when it is its turn at the terminal. @throws SerenoError */
export async function inTurn<T>(
  station: Station,
  work: (terminal: Terminal, signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const id = ulid();
  const cancel = () => station.queue.cancel(id);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await new Promise<T>((resolve, reject) => {
      station.queue.push({
        kind: 'ask',
        priority: 'rule',
        id,
        holds: null,
        refuse: reject,
        run: (cancelled) =>
          work(station.terminal, AbortSignal.any([signal, cancelled])).then(resolve, reject),
      });
    });
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** The users of a terminal. @throws SerenoError */
export function usersInTurn(station: Station, signal: AbortSignal): Promise<TerminalUsers> {
  return inTurn(station, usersNow, signal);
}

async function usersNow(terminal: Terminal, signal: AbortSignal): Promise<TerminalUsers> {
  const roster = await terminal.roster({ signal });
  const { dialect, device } = terminal;
  if (dialect === null) throw unreachable(device, undefined);
  return { roster, dialect, device };
}
