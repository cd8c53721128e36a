// How a job stands, for somebody: what of it is at branches that he does not see is not there.

import type { Principal } from '../../shared/api/principal.ts';
import { mayCall } from '../../shared/api/rights.ts';
import { routes } from '../../shared/api/routes.ts';
import { commandIdSchema } from '../../shared/domain/identifiers.ts';
import type { OperationState } from '../../shared/domain/operation-states.ts';
import { sideBySide } from '../bounded.ts';
import { maySeeSite } from '../directory/visible.ts';
import { note } from '../log.ts';
import { attend } from './attending.ts';
import type { Head, JobItem, Part, Result } from './model.ts';
import { type Counts, commandOf, counted, endOf, stateOf } from './outcomes.ts';
import type { JobPorts } from './ports.ts';
import type { JobPage } from './store.ts';

const LANES = 10;
/** Whoever reads about users may read what became of a batch of them. */
const READ = 'users:read';

/** One item at one terminal. */
export interface ItemView {
  /** Its place in the request. */
  readonly item: number;
  readonly asked: JobItem;
  readonly device: string;
  readonly site: string;
  readonly state: OperationState;
  readonly result: Result | null;
}

export interface JobView {
  readonly head: Head;
  readonly state: OperationState;
  readonly counts: Counts;
  /** Items that are done, as far as agents have told: those of parts under way, too. */
  readonly done: number;
  /** In the order in which they were asked, an item for each terminal. */
  readonly items: readonly ItemView[];
  /** Epoch ms; null while it goes on. */
  readonly settledAt: number | null;
}

function isOwnOrRead({ scopes, subject }: Principal, head: Head): boolean {
  return scopes.has(READ) || (head.subject === subject && mayCall(routes[head.route], scopes));
}

/** The job, if there is one under this id and the caller may see anything of it; else null. */
export async function visibleJob(
  { jobs }: JobPorts,
  principal: Principal,
  given: string,
): Promise<{ readonly head: Head; readonly parts: readonly Part[] } | null> {
  const id = commandIdSchema.safeParse(given.toUpperCase());
  if (!id.success) return null;
  const head = await jobs.head(principal.tenant, id.data);
  if (head === null || !isOwnOrRead(principal, head)) return null;
  const parts = (await jobs.parts(head)).filter(({ site }) => maySeeSite(principal, site));
  if (parts.length === 0) return null;
  note({ command: head.id, op: 'user.batch', ...(head.site === undefined ? {} : { site: head.site }) });
  return { head, parts };
}

function openState(part: Part, now: number): OperationState {
  if (!part.sent) return 'accepted';
  return now > part.keepUntil ? 'unknown' : 'running';
}

function jobState(parts: readonly Part[], counts: Counts, now: number): OperationState {
  const open = parts.filter(({ ended }) => !ended);
  if (open.length === 0) return endOf(counts);
  const states = new Set(open.map((part) => openState(part, now)));
  if (states.has('running')) return 'running';
  return states.has('accepted') ? 'accepted' : 'unknown';
}

/** What agents have told of parts that are under way. */
async function doneUnderWay({ ledger }: JobPorts, head: Head, parts: readonly Part[]): Promise<number> {
  const running = parts.filter(({ sent, ended }) => sent && !ended);
  const told = await sideBySide(running, LANES, async (part) => {
    const progress = await ledger.progress(commandOf(part, head));
    return Math.min(progress?.done ?? 0, part.size);
  });
  return told.reduce((sum, done) => sum + done, 0);
}

/** How a job stands, of which these parts may be seen. */
export async function viewOf(ports: JobPorts, head: Head, parts: readonly Part[]): Promise<JobView> {
  const now = ports.clock.now();
  const known = await ports.jobs.items(head);
  const items = parts.flatMap((part): ItemView[] => {
    const { items: places = [], results } = known.get(part.part) ?? {};
    return places.flatMap((item, index): ItemView[] => {
      const asked = head.items[item];
      const result = part.ended ? (results?.[index] ?? null) : null;
      if (asked === undefined) return [];
      const state = result === null ? openState(part, now) : stateOf(result);
      return [{ item, asked, device: part.device, site: part.site, state, result }];
    });
  });
  items.sort((a, b) => a.item - b.item || (a.device < b.device ? -1 : 1));
  const results = items.flatMap(({ result }) => result ?? []);
  const counts = counted(results, items.length - results.length);
  const state = jobState(parts, counts, now);
  const isOver = parts.every(({ ended }) => ended);
  const endedAt = Math.max(...parts.map((part) => part.endedAt ?? 0));
  const done = results.length + (await doneUnderWay(ports, head, parts));
  return { head, state, counts, done, items, settledAt: isOver ? endedAt : null };
}

/** Takes the answers that are there by now. */
export async function settleNow(ports: JobPorts, head: Head, parts: readonly Part[]): Promise<void> {
  const sent = parts.filter(({ sent: left, ended }) => left && !ended);
  // Not to be sent again for somebody who only looks.
  const later = (part: Part): Part => ({ ...part, nextAt: Number.MAX_SAFE_INTEGER });
  await sideBySide(sent, LANES, (part) => attend(ports, { part: later(part), head }));
}

/** A job as it stands; null where there is none that the caller may see. */
export async function findJob(ports: JobPorts, principal: Principal, id: string): Promise<JobView | null> {
  const found = await visibleJob(ports, principal, id);
  if (found === null) return null;
  await settleNow(ports, found.head, found.parts);
  const now = await visibleJob(ports, principal, id);
  return now === null ? null : viewOf(ports, now.head, now.parts);
}

/** Jobs newest first, without their items. */
export async function listJobs(
  ports: JobPorts,
  principal: Principal,
  limit: number,
  after?: string,
): Promise<{ readonly views: readonly JobView[]; readonly next?: string }> {
  const { heads, next }: JobPage = await ports.jobs.list(principal.tenant, limit, after);
  const seen = await sideBySide(heads, LANES, async (head) => {
    const found = await visibleJob(ports, principal, head.id);
    return found === null ? [] : [await viewOf(ports, found.head, found.parts)];
  });
  return { views: seen.flat(), ...(next === undefined ? {} : { next }) };
}
