// Cancelling a job: what has not begun of it is not done. Whether that came in time only what becomes of its parts can say.
import type { Principal } from '../../shared/api/principal.ts';
import { mayCall } from '../../shared/api/rights.ts';
import { routes } from '../../shared/api/routes.ts';
import { SerenoError } from '../../shared/errors.ts';
import { sideBySide } from '../bounded.ts';
import type { CommandPorts } from '../commands/ports.ts';
import { waitFor } from '../commands/waiting.ts';
import { checkMayChange, mayChangeSite } from '../directory/visible.ts';
import { attend } from './attending.ts';
import type { Head, Part } from './model.ts';
import type { JobPorts } from './ports.ts';
import { settleNow, viewOf, visibleJob } from './view.ts';

const LANES = 10;
/** So long an agent may take to end what it had begun, ms. */
const CANCEL_WAIT = 8000;

/** What became of cancelling a job. */
export interface CancelledJob {
  readonly id: string;
  /** False where an agent has not said yet what it had begun: it may go on with all of it. */
  readonly known: boolean;
}

/**
 * Cancels what has not begun of a job, at the branches where the caller may change something.
 *
 * @param waitUntil epoch ms up to which the call may wait
 * @returns null where there is no such job
 * @throws SerenoError `forbidden`, `site_read_only`, `not_cancellable`: nothing of it was cancelled
 */
export async function cancelJob(
  ports: JobPorts & Pick<CommandPorts, 'place'>,
  principal: Principal,
  id: string,
  waitUntil: number,
): Promise<CancelledJob | null> {
  const found = await visibleJob(ports, principal, id);
  if (found === null) return null;
  const { head, parts } = found;
  const { scopes, subject } = principal;
  const route = routes[head.route];
  if (!scopes.has(route.access as never) && !(head.subject === subject && mayCall(route, scopes))) {
    throw new SerenoError('forbidden', { params: { scope: route.access } });
  }
  const own = parts.filter(({ site }) => mayChangeSite(principal, site));
  const [other] = parts;
  if (own.length === 0 && other !== undefined) checkMayChange(principal, other.site);
  const open = own.filter(({ ended }) => !ended);
  if (open.length > 0) await ports.place.admit();
  await sideBySide(open, LANES, async (part) => {
    const cancelled = await ports.jobs.cancel(part);
    // An agent that does not answer hears of it at its next hello.
    if (cancelled !== null) await attend(ports, { part: cancelled, head }, true);
  });
  const now = await ports.place.during(() => ended(ports, head, own, waitUntil));
  if (now === null) return { id: head.id, known: false };
  const { counts } = await viewOf(ports, head, now);
  if (counts.cancelled === 0) throw new SerenoError('not_cancellable', { params: { operation_id: head.id } });
  return { id: head.id, known: true };
}

/** These parts once all of them have ended; null where some have not in time. */
function ended(
  ports: JobPorts & Pick<CommandPorts, 'place'>,
  head: Head,
  own: readonly Part[],
  waitUntil: number,
): Promise<readonly Part[] | null> {
  const { clock, jobs, place } = ports;
  const numbers = new Set(own.map(({ part }) => part));
  const mine = async () => (await jobs.parts(head)).filter(({ part }) => numbers.has(part));
  const look = async () => {
    const parts = await mine();
    await settleNow(ports, head, parts);
    // Somebody else was about to send these.
    const unsent = parts.filter((part) => !part.sent && !part.ended);
    await sideBySide(unsent, LANES, (part) => attend(ports, { part, head }));
    const now = await mine();
    return now.every((part) => part.ended) ? now : null;
  };
  const until = Math.min(waitUntil, clock.now() + CANCEL_WAIT);
  return waitFor(look, clock, () => (place.crowdedOut ? 0 : until));
}
