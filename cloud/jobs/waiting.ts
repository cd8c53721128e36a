// A call that waits for a job: it hands out what can be handed out, and looks until all has ended or its time is over.
import { sideBySide } from '../bounded.ts';
import type { CommandPorts } from '../commands/ports.ts';
import { waitFor } from '../commands/waiting.ts';
import { attend } from './attending.ts';
import type { Head, Part } from './model.ts';
import type { JobPorts } from './ports.ts';
import { attendJob } from './rounds.ts';

const LANES = 10;
/** Kept for waiting at the end: handing out to many branches that do not answer takes a while. */
const HANDING_SHARE = 0.6;

export interface Wait {
  /** Epoch ms. */
  readonly until: number;
  readonly async: boolean;
}

/** One look at the parts that are under way; those that have ended make room for the next of their terminal. */
async function look(ports: JobPorts, head: Head): Promise<boolean> {
  const parts = await ports.jobs.parts(head);
  const open = parts.filter(({ ended }) => !ended);
  const under = open.filter(({ sent }) => sent);
  const ended = await sideBySide(under, LANES, (part: Part) => attend(ports, { part, head }));
  if (ended.every(Boolean) && under.length === open.length) return true;
  if (ended.some(Boolean)) {
    await attendJob(ports, head, { endsAt: ports.clock.now() + 5000, force: false });
  }
  return false;
}

/** Resolves with whether all of it has ended. */
export function handOut(
  ports: JobPorts & Pick<CommandPorts, 'place'>,
  head: Head,
  wait: Wait,
): Promise<boolean> {
  return ports.place.during(() => handOutNow(ports, head, wait));
}

async function handOutNow(
  ports: JobPorts & Pick<CommandPorts, 'place'>,
  head: Head,
  { until, async }: Wait,
): Promise<boolean> {
  const { clock, place } = ports;
  const left = until - clock.now();
  await attendJob(ports, head, { endsAt: clock.now() + left * HANDING_SHARE, force: true });
  if (async) return false;
  const ended = await waitFor(
    async () => ((await look(ports, head)) ? true : null),
    clock,
    () => (place.crowdedOut ? 0 : until),
  );
  return ended === true;
}
