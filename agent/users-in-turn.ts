// A terminal's users for what the agent keeps by itself: asked for behind the commands of the cloud.
import { ulid } from 'ulid';
import type { TerminalUsers } from './access/ports.ts';
import type { Station } from './dispatch/ports.ts';
import { unreachable } from './terminal/session/errors.ts';

/** The users of a terminal, asked for when it is its turn. @throws SerenoError */
export async function usersInTurn(station: Station, signal: AbortSignal): Promise<TerminalUsers> {
  const id = ulid();
  const cancel = () => station.queue.cancel(id);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await new Promise<TerminalUsers>((resolve, reject) => {
      station.queue.push({
        kind: 'ask',
        priority: 'rule',
        id,
        holds: null,
        refuse: reject,
        run: (cancelled) => usersNow(station, AbortSignal.any([signal, cancelled])).then(resolve, reject),
      });
    });
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

async function usersNow({ terminal }: Station, signal: AbortSignal): Promise<TerminalUsers> {
  const roster = await terminal.roster({ signal });
  const { dialect, device } = terminal;
  if (dialect === null) throw unreachable(device, undefined);
  return { roster, dialect, device };
}
