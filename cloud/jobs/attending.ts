// What can be done for one part now. Whoever is killed on the way leaves a part that the next one goes on with: a command is sent again under its
// id until there is an answer, results are noted before the part ends, and a part is found until its job has been looked at.
import { gunzipSync } from 'node:zlib';
import { decodeTime, ulid } from 'ulid';
import * as z from 'zod';
import { readSettlement } from '../commands/outcome.ts';
import type { Dispatched } from '../commands/sender.ts';
import { log } from '../log.ts';
import { changesOf } from './changes.ts';
import { finishIfDone } from './finishing.ts';
import type { Head, Part, Result } from './model.ts';
import { expiryOf } from './model.ts';
import { commandOf, forAll, isForNow, resultsOf, UNKNOWN } from './outcomes.ts';
import type { JobPorts } from './ports.ts';

const MINUTE_MS = 60_000;
/** A branch that is away is tried again so often at least; its hello is heard before. */
const LONGEST_PAUSE_MS = 15 * MINUTE_MS;
/** A head comes within the time of the function that puts the parts. */
const ORPHAN_MS = 10 * MINUTE_MS;
/** What nobody waits for any more need not be done. */
const ASK_WITHIN_MS = 10_000;

/** Until it is looked at again after `tries`. */
function pauseAfter(tries: number): number {
  return Math.min(LONGEST_PAUSE_MS, MINUTE_MS * 2 ** Math.min(tries, 10));
}

/** A part of a job, with what is known of the job. */
export interface Attended {
  readonly part: Part;
  readonly head: Head;
}

/** As sealed and opened: where the arguments lie. */
export function placeOf({ job, part }: Pick<Part, 'job' | 'part'>): string[] {
  return ['job', job, String(part)];
}

/** Notes what became of the items and tells of it, erases the arguments, and looks whether the job is over. */
async function end(ports: JobPorts, { part, head }: Attended, results: readonly Result[]): Promise<void> {
  await ports.jobs.noteResults(part, results);
  const noted = await ports.jobs.itemsOf(part);
  if (noted !== null) await ports.tell(part.tenant, changesOf(head, part, noted, ports.clock.now()));
  await ports.jobs.end(part, ports.clock.now());
  await wrapUp(ports, { part, head });
}

async function wrapUp(ports: JobPorts, { part, head }: Attended): Promise<void> {
  // While another is at it, this part is the one by which the job is found if he dies.
  if (await finishIfDone(ports, head)) await ports.jobs.leave(part);
}

/**
 * Looks after one part: takes its answer, or sends it where it is due.
 *
 * @param force somebody has come, or waits: it is due now
 * @returns true where it has ended
 */
export async function attend(
  ports: JobPorts,
  { part, head }: { readonly part: Part; readonly head: Head | null },
  force = false,
): Promise<boolean> {
  const now = ports.clock.now();
  if (head === null) {
    if (now - part.createdAt > ORPHAN_MS) await ports.jobs.forget(part);
    return true;
  }
  // Somebody died who was placing more of them; it was placed anew since.
  if (part.part >= head.parts) {
    await ports.jobs.drop(part);
    return true;
  }
  const attended = { part, head };
  if (part.closing !== undefined && !part.ended) {
    await end(ports, attended, forAll(part, part.closing));
    return true;
  }
  if (part.ended) {
    await wrapUp(ports, attended);
    return true;
  }
  if (part.sent && (await tookAnswer(ports, attended))) return true;
  if (!part.sent && (part.cancelled || now > part.keepUntil)) return endUnsent(ports, attended);
  // The last look: its rows go soon, and nobody has said what became of it.
  if (now / 1000 > expiryOf(part.keepUntil) - 3600) {
    await end(ports, attended, forAll(part, UNKNOWN));
    return true;
  }
  if (force || now >= part.nextAt) await hand(ports, attended);
  return false;
}

/** True where the agent has answered for good. */
async function tookAnswer(ports: JobPorts, { part, head }: Attended): Promise<boolean> {
  const command = commandOf(part, head);
  const settlement = await readSettlement(ports.ledger, command);
  if (settlement === null) return false;
  const now = ports.clock.now();
  if (isForNow(command, settlement) && !part.cancelled && now < part.keepUntil) {
    // There was no room: it is another command the next time.
    const fresh = { command: ulid(now), sent: false, nextAt: now + MINUTE_MS };
    await ports.jobs.change(part, fresh);
    return false;
  }
  await end(ports, { part, head }, resultsOf(part, command, settlement));
  return true;
}

/** Ends what surely never left, unless somebody is about to send it. From the first change on nobody sends it any more. */
async function endUnsent(ports: JobPorts, { part, head }: Attended): Promise<boolean> {
  const status = part.cancelled ? 'cancelled' : 'expired';
  const closing: Result = { status, code: status, applied: 'no' };
  const closed = await ports.jobs.change(part, { tries: part.tries + 1, closing });
  if (closed === null) return false;
  await end(ports, { part: closed, head }, forAll(part, closing));
  return true;
}

/**
 * Takes the part for this try. From here on it may be with an agent.
 *
 * A command that no agent can have yet gets a new id where another agent speaks for the site since: of an older one that agent would not
 * know whether the one before it has begun it.
 */
async function taken(ports: JobPorts, part: Part): Promise<Part | null> {
  const now = ports.clock.now();
  const tries = part.tries + 1;
  const change = { tries, sent: true, nextAt: now + pauseAfter(part.tries) };
  if (part.sent) return ports.jobs.change(part, change);
  const site = await ports.everywhere.site(part.tenant, part.site);
  const since = site?.tenureSince ?? 0;
  if (decodeTime(part.command) > since && part.issuedAt > since) return ports.jobs.change(part, change);
  return ports.jobs.change(part, { ...change, command: ulid(now), issuedAt: Math.min(now, since + 1) });
}

/** Hands the command to the message service, or the wish to cancel it. */
async function hand(ports: JobPorts, { part, head }: Attended): Promise<void> {
  const mine = await taken(ports, part);
  // Somebody else has it.
  if (mine === null) return;
  const dispatched = await handed(ports, mine);
  if (dispatched === null) return;
  log.info('part sent', {
    job: head.id,
    part: mine.part,
    site: mine.site,
    device: mine.device,
    how: dispatched,
  });
  const isUntouched = !part.sent && (dispatched === 'offline' || dispatched === 'refused');
  if (isUntouched) await ports.jobs.change(mine, { sent: false });
}

function handed(ports: JobPorts, part: Part): Promise<Dispatched | null> {
  if (part.cancelled) return askToCancel(ports, part);
  return ports.clock.now() > part.keepUntil ? askAfter(ports, part) : send(ports, part);
}

const argsSchema = z.object({ items: z.array(z.unknown()) });

async function send(ports: JobPorts, part: Part): Promise<Dispatched | null> {
  const { tenant, device, command: id, issuedAt, keepUntil: notAfter, trace: traceparent } = part;
  const sealed = await ports.jobs.sealed(part);
  // They were erased: somebody has taken the answer meanwhile.
  if (sealed === null) return null;
  const opened = await ports.box.open(tenant, placeOf(part), sealed);
  const args = argsSchema.parse(JSON.parse(gunzipSync(opened).toString('utf8')));
  return ports.sender.send(part, { id, op: 'user.batch', device, issuedAt, notAfter, traceparent, args });
}

/** The agent tells of each item that it will not begin; what it never had it never will. */
async function askToCancel(ports: JobPorts, part: Part): Promise<Dispatched> {
  const now = ports.clock.now();
  const ask = { issuedAt: now, notAfter: now + ASK_WITHIN_MS, args: { command_id: part.command } };
  const sent = await ports.sender.send(part, { ...ask, id: ulid(now), op: 'op.cancel' });
  // What has ended, or cannot be cancelled any more, is told again.
  return sent === 'offline' || sent === 'refused' ? sent : askAfter(ports, part);
}

/** The agent tells again what became of it; what it never had it never will begin. */
function askAfter({ sender, clock }: JobPorts, part: Part): Promise<Dispatched> {
  const now = clock.now();
  const args = { command_id: part.command };
  return sender.send(part, {
    id: ulid(now),
    op: 'op.query',
    issuedAt: now,
    notAfter: now + ASK_WITHIN_MS,
    args,
  });
}
