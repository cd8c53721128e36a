// Called by the clock every minute: sends parts of jobs, takes their answers, and tells of those that are over; the same of updates of agents.
import * as z from 'zod';
import { slugSchema } from '../../shared/domain/identifiers.ts';
import { attendOpen, attendSite } from '../jobs/rounds.ts';
import { about, log } from '../log.ts';
import { attendRollouts } from '../updates/rounds.ts';
import { attendReminders } from '../updates/telling.ts';
import { jobPorts } from './job-ports.ts';
import { rolloutPorts, updatePorts } from './update-ports.ts';

/** A run ends a while before the function's time does. */
const RUN_MS = 45_000;

const byClock = z.strictObject({ kind: z.literal('jobs') });
const hello = z.object({ tenant: slugSchema, site: slugSchema, kind: z.literal('hello') });

/** What fails now is tried again in a minute. */
async function withoutFailing(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.error('not attended', error as Error);
  }
}

export async function handler(event: unknown): Promise<void> {
  byClock.parse(event);
  const ports = jobPorts();
  const endsAt = ports.clock.now() + RUN_MS;
  await withoutFailing(() => attendOpen(ports, endsAt));
  await withoutFailing(() => attendReminders(updatePorts(), endsAt));
  await withoutFailing(() => attendRollouts(rolloutPorts(), endsAt));
}

/** What waits for a branch whose agent has just said hello; anything else that presence was called with is passed over. */
export async function attendAfterHello(event: unknown): Promise<void> {
  const heard = hello.safeParse(event);
  if (!heard.success) return;
  const { tenant, site } = heard.data;
  const ports = jobPorts();
  await about({ tenant, site }, () =>
    withoutFailing(() => attendSite(ports, { tenant, site }, ports.clock.now() + RUN_MS)),
  );
}
