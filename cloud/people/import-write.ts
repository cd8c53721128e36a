// The planned lines of a file are written: each by itself, so that one that cannot be any more keeps none of the others.
import type { Principal } from '../../shared/api/principal.ts';
import { SerenoError } from '../../shared/errors.ts';
import { sideBySide } from '../bounded.ts';
import { log } from '../log.ts';
import type { PlannedLine } from './import.ts';
import { type Asker, askerOf, planPerson, WishError } from './plan.ts';
import type { PeoplePorts } from './ports.ts';
import type { PersonRow } from './rows.ts';
import { saved, tellAll } from './save.ts';
import { sharedLook, spread } from './spread.ts';

/** Lines that are written at a time. */
const LANES = 10;

export interface WrittenLine {
  readonly planned: PlannedLine;
  /** Why it was not written. */
  readonly error?: SerenoError;
}

/**
 * Writes what the lines would change, each planned again where others have changed the person meanwhile, and brings it to the terminals as
 * far as it goes until `until` (epoch ms); a worker does the rest.
 */
export async function writeImport(
  ports: PeoplePorts,
  asker: Asker,
  lines: readonly PlannedLine[],
  until: number,
): Promise<WrittenLine[]> {
  const tried = await sideBySide(lines, LANES, (planned) => writeLine(ports, asker.principal, planned));
  const people = tried.flatMap(({ person }) => person ?? []);
  await carryOutAll(ports, asker, people, until);
  const { tenant } = asker.principal;
  const isNamed = lines.some(({ wish }) => (wish.site_groups ?? []).length > 0);
  const groups = isNamed ? new Set((await ports.people.groups(tenant)).map(({ id }) => id)) : null;
  return tried.map(({ planned, error }): WrittenLine => {
    if (error !== undefined) return { planned, error };
    // A group that was removed at this very moment: the person was taken out of it again.
    const isGone = groups !== null && planned.wish.site_groups?.some((id) => !groups.has(id)) === true;
    return isGone ? { planned, error: new SerenoError('site_group_not_found') } : { planned };
  });
}

async function writeLine(
  ports: PeoplePorts,
  principal: Principal,
  planned: PlannedLine,
): Promise<WrittenLine & { readonly person?: PersonRow | null }> {
  const { plan, shown, wish } = planned;
  if (plan.after === null) return { planned };
  let isFirst = true;
  try {
    const { after } = await saved(ports, async () => {
      const now = isFirst ? plan : await planPerson(ports, await askerOf(ports, principal), shown.id, wish);
      isFirst = false;
      return now;
    });
    return { planned, person: after };
  } catch (error) {
    return { planned, error: reasonOf(error) };
  }
}

function reasonOf(error: unknown): SerenoError {
  if (error instanceof WishError) return error.error;
  if (error instanceof SerenoError) return error;
  log.error('line not written', error as Error);
  return new SerenoError('service_unavailable');
}

async function carryOutAll(
  ports: PeoplePorts,
  { principal: { tenant }, map }: Asker,
  people: readonly PersonRow[],
  until: number,
): Promise<void> {
  const look = sharedLook(ports, tenant);
  try {
    const pairs = await sideBySide(people, LANES, async (person) => {
      const devices = ports.clock.now() < until ? await spread(ports, person, map, look) : [];
      return devices.map((device) => ({ device, id: person.id }));
    });
    const byDevice = Map.groupBy(pairs.flat(), ({ device }) => device);
    const news = new Map([...byDevice].map(([device, some]) => [device, some.map(({ id }) => id)]));
    await tellAll(ports, tenant, news, until);
  } catch (error) {
    log.error('people not spread', error as Error);
  }
}
