// One round over all parts that are open: fair between companies and branches, one part of a terminal at a time.
import { sideBySide } from '../bounded.ts';
import { about, log } from '../log.ts';
import { attend } from './attending.ts';
import type { Head, Part } from './model.ts';
import type { JobPorts } from './ports.ts';

const LANES = 20;

/** `tenant/site/device`, and within it the order in which it was asked. */
function terminalOf({ tenant, site, device }: Part): string {
  return `${tenant}/${site}/${device}`;
}

function isBefore(one: Part, other: Part): boolean {
  return one.job === other.job ? one.part < other.part : one.job < other.job;
}

/**
 * Nothing of it begins any more: it is only asked what became of it. That may not be known for long, where an agent has lost its memory, and
 * must not hold up what waits behind it.
 */
function isOnlyAskedAbout({ sent, cancelled, keepUntil }: Part, now: number): boolean {
  return sent && (cancelled || now > keepUntil);
}

/** The first open part of each terminal, and whatever else is to be looked after at any time. */
export function firstOfEach(parts: readonly Part[], now: number): Part[] {
  const first = new Map<string, Part>();
  const isFreely = (part: Part) => part.ended || isOnlyAskedAbout(part, now);
  for (const part of parts) {
    if (isFreely(part)) continue;
    const known = first.get(terminalOf(part));
    if (known === undefined || isBefore(part, known)) first.set(terminalOf(part), part);
  }
  return [...parts.filter(isFreely), ...first.values()];
}

/** One after the other from each list, for as long as there is any. */
function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) =>
    lists.flatMap((list) => list.slice(index, index + 1)),
  ).flat();
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/**
 * Companies in turn, and within each its branches: who asks for much keeps nobody waiting who asks for little.
 *
 * @param start the company that is first: another one in each round, so that an end of time does not always meet the same
 */
export function fairly(parts: readonly Part[], start = 0): Part[] {
  const tenants = grouped(parts, ({ tenant }) => tenant);
  const lists = tenants.map((own) => inTurn(grouped(own, ({ site }) => site)));
  const at = lists.length === 0 ? 0 : start % lists.length;
  return inTurn([...lists.slice(at), ...lists.slice(0, at)]);
}

/** Looks after these parts, each with its job. What fails now the next round does. */
async function attendAll(ports: JobPorts, parts: readonly Part[], endsAt: number, force: boolean) {
  const heads = new Map<string, Promise<Head | null>>();
  const headOf = ({ tenant, job }: Part) => {
    const key = `${tenant}/${job}`;
    const known = heads.get(key) ?? ports.jobs.head(tenant, job);
    heads.set(key, known);
    return known;
  };
  await sideBySide(parts, LANES, async (found) => {
    if (ports.clock.now() > endsAt) return;
    const { tenant, site, device } = found;
    await about({ tenant, site, device }, async () => {
      try {
        // The index may be a moment behind.
        const part = await ports.jobs.part(found);
        if (part !== null) await attend(ports, { part, head: await headOf(part) }, force);
      } catch (error) {
        log.error('part not attended', error as Error);
      }
    });
  });
}

/** Every minute: all that are open, of every company. */
export async function attendOpen(ports: JobPorts, endsAt: number): Promise<void> {
  const now = ports.clock.now();
  const parts = firstOfEach(await ports.jobs.open(), now);
  await attendAll(ports, fairly(parts, Math.floor(now / 60_000)), endsAt, false);
}

/** An agent has said hello: what waits for its branch is due. */
export async function attendSite(
  ports: JobPorts,
  { tenant, site }: { readonly tenant: string; readonly site: string },
  endsAt: number,
): Promise<void> {
  const parts = firstOfEach(await ports.jobs.openAt(tenant, site), ports.clock.now());
  await attendAll(ports, parts, endsAt, true);
}

/** The parts of one job, those of a terminal one after the other. */
export async function attendJob(
  ports: JobPorts,
  head: Head,
  { endsAt, force }: { readonly endsAt: number; readonly force: boolean },
): Promise<void> {
  const parts = await ports.jobs.parts(head);
  const open = parts.filter(({ ended }) => !ended);
  await attendAll(ports, firstOfEach(open, ports.clock.now()), endsAt, force);
}
