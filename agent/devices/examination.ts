// What the doctor asks of a terminal while the agent runs: in the terminal's own queue, over the agent's conversation.
import { ulid } from 'ulid';
import { SerenoError } from '../../shared/errors.ts';
import type { Clock } from '../clock.ts';
import type { Station } from '../dispatch/ports.ts';
import { failure } from '../result.ts';
import type { Examined } from '../status-socket.ts';
import { askTerminal } from '../terminal/commands.ts';

/** The doctor does not wait for a queue that is full of work. */
const WITHIN_MS = 20_000;

/** Never throws: what fails is the answer. */
export async function examineStation(
  device: string,
  station: Station | undefined,
  clock: Clock,
): Promise<Examined> {
  try {
    if (station === undefined) throw new SerenoError('device_not_found', { params: { device } });
    return { info: await askInTurn(station, clock) };
  } catch (error) {
    const result = failure(error);
    if (result.status === 'ok') throw error;
    const { code, message } = result.error;
    return { failure: { code, message } };
  }
}

type Info = Extract<Examined, { info: unknown }>['info'];

function askInTurn({ queue, terminal }: Station, clock: Clock): Promise<Info> {
  const until = clock.monotonic() + WITHIN_MS;
  return new Promise((resolve, reject) => {
    queue.push({
      kind: 'ask',
      priority: 'command',
      id: ulid(),
      holds: null,
      timeLeft: () => until - clock.monotonic(),
      refuse: reject,
      run: async (signal) => {
        const context = { terminal, signal, progress: () => undefined, now: () => clock.now() };
        await askTerminal('device.info', {}, context).then(({ data }) => resolve(data), reject);
      },
    });
  });
}
