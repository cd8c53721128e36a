// The agent's log, to standard output: a failure of it must never end the agent.
import { type Logger, pino } from 'pino';

/** Lines that wait for room, in bytes; what exceeds this is dropped. */
const MOST_WAITING = 1 << 20;

/**
 * A log whose file cannot be written (full disk, reader gone) keeps a little for later and drops the rest: commands are
 * then refused with an error; the agent does not die.
 */
export function openLog(level: string, base: object, fd = 1): Logger {
  const destination = pino.destination({ fd, sync: true, maxLength: MOST_WAITING });
  destination.on('error', () => undefined);
  return pino({ level, base }, destination);
}
