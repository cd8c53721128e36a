// The end of a job: told in the feed, entered in the audit log, and only then noted, so that whoever is killed before is followed by another.
import type { Happening } from '../../shared/wire/happening.ts';
import type { Head } from './model.ts';
import { type Counts, counted, endOf } from './outcomes.ts';
import type { JobPorts } from './ports.ts';

/** What became of all of it; null while a part has not ended. */
async function endOfJob({ jobs }: JobPorts, head: Head): Promise<Counts | null> {
  const parts = await jobs.parts(head);
  if (parts.some(({ ended }) => !ended)) return null;
  const items = await jobs.items(head);
  const results = [...items.values()].flatMap((part) => part.results ?? []);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  return results.length < size ? null : counted(results, 0);
}

function eventOf({ id, site, device }: Head, counts: Counts, at: number): Happening {
  const { waiting: _none, ...ended } = counts;
  return {
    id: `job_${id.toLowerCase()}`,
    type: 'job.done',
    at,
    ...(site === undefined ? {} : { site }),
    ...(device === undefined ? {} : { device }),
    data: {
      operation_id: id,
      state: endOf(counts),
      ...(device === undefined ? {} : { device_id: device }),
      ...(site === undefined ? {} : { site }),
      ...ended,
    },
  };
}

/** Longer than any function is at it. */
const HOLD_MS = 60_000;

/**
 * Tells of a job all of which has ended; once, or again under the same id after a death.
 *
 * @returns false where another is at it: whether he ends it is not known
 */
export async function finishIfDone(ports: JobPorts, head: Head): Promise<boolean> {
  const { tenant, id, audit } = head;
  const now = await ports.jobs.head(tenant, id);
  if (now === null || now.doneAt !== undefined) return true;
  const counts = await endOfJob(ports, head);
  if (counts === null) return true;
  const at = ports.clock.now();
  if (!(await ports.jobs.holdEnd(head, at, at + HOLD_MS))) return false;
  await ports.tell(tenant, [eventOf(head, counts, at)]);
  await ports.enterEnding(tenant, audit, { outcome: endOf(counts) });
  await ports.jobs.noteDone(head, at);
  return true;
}
