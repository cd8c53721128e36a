// `device.sync_time`: the terminal's clock is set to now in its own time zone, and read back.
import { SerenoError } from '../../../shared/errors.ts';
import { refreshData } from '../../zk/control.ts';
import type { Conversation } from '../../zk/conversation.ts';
import { isZkError, tolerateRefusal } from '../../zk/errors.ts';
import { formatTime, readTime, writeTime } from '../../zk/time.ts';
import { localMs, localTimeIn } from '../session/zone.ts';
import type { Ask, AskContext } from './ask.ts';

/** A clock that was set may be off by this much: it holds seconds, and the line takes time. */
const TOLERANCE_MS = 2000;
/** Terminals hold whole seconds: the nearer one is sent. */
const ROUND_MS = 500;

export const syncTime: Ask<'device.sync_time'> = async (_args, context) => {
  const { terminal, signal } = context;
  const { id } = terminal.device;
  const attempt = { isOpen: false };
  try {
    const device_time = await terminal.read(
      (conversation) => setClock(conversation, context, attempt),
      signal,
    );
    return { data: { device_time }, verified: 'readback' };
  } catch (error) {
    // The line broke after the command, and a new one cannot be opened to check: the clock may be set or not.
    if (!attempt.isOpen) throw error;
    throw new SerenoError('outcome_unknown', { params: { device: id }, applied: 'unknown', cause: error });
  }
};

/** Once more does no harm: it is set to what is then now. */
async function setClock(
  conversation: Conversation,
  { terminal, signal, now }: AskContext,
  attempt: { isOpen: boolean },
): Promise<string> {
  const { id: device, timezone } = terminal.device;
  const wanted = localTimeIn(timezone, now() + ROUND_MS);
  const wroteAt = terminal.clock.monotonic();
  const before = attempt.isOpen;
  try {
    attempt.isOpen = true;
    await writeTime(conversation, wanted, { signal });
  } catch (error) {
    // This try changed nothing; an earlier one may have.
    if (isZkError(error, 'refused')) attempt.isOpen = before;
    throw error;
  }
  await tolerateRefusal(refreshData(conversation, { signal }));
  const shown = await readTime(conversation, { signal });
  attempt.isOpen = false;
  const expectedMs = localMs(wanted) + terminal.clock.monotonic() - wroteAt;
  if (shown !== null && Math.abs(Date.parse(`${shown}Z`) - expectedMs) <= TOLERANCE_MS) return shown;
  throw new SerenoError('not_verified', {
    params: { device, what: '@kept_clock', wanted: formatTime(wanted), shown: shown ?? '?' },
  });
}
