// A plan is written, spread to the terminals, and told to their agents; then it is waited for.
import { SerenoError } from '../../shared/errors.ts';
import { sideBySide } from '../bounded.ts';
import { waitFor } from '../commands/waiting.ts';
import { standingOf } from '../directory/standing.ts';
import { log } from '../log.ts';
import { isSettled } from './place.ts';
import type { PeoplePorts } from './ports.ts';
import type { PersonRow, PlaceRow } from './rows.ts';
import { type Places, spread, targetsOf } from './spread.ts';
import type { News } from './spread-all.ts';
import { tellSome } from './tell.ts';

/** Terminals that are told at a time within one call. */
const LANES = 20;
/** Others that change the same person get through meanwhile. */
const MOST_ROUNDS = 5;

/**
 * Writes what `plan` makes of the person as he is now, however often somebody else changes him meanwhile.
 *
 * @param plan row before and after; `after` null: nothing changes
 * @throws what `plan` throws; SerenoError `service_unavailable`
 */
export async function saved<
  P extends { readonly before: PersonRow | null; readonly after: PersonRow | null },
>({ people }: PeoplePorts, plan: () => Promise<P>): Promise<P> {
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const planned = await plan();
    if (planned.after === null) return planned;
    if (await people.putPerson(planned.after, planned.before, true)) return planned;
  }
  throw new SerenoError('service_unavailable');
}

/**
 * Brings what was written to the terminals as far as it goes until `until` (epoch ms). What fails here is not lost: the person is
 * marked, and a worker goes on.
 */
export async function carryOut(
  ports: PeoplePorts,
  person: PersonRow,
  map: Places,
  until: number,
): Promise<void> {
  try {
    const devices = await spread(ports, person, map);
    await tellAll(ports, person.tenant, new Map(devices.map((device) => [device, [person.id]])), until);
  } catch (error) {
    log.error('people not spread', error as Error);
  }
}

export async function tellAll(ports: PeoplePorts, tenant: string, news: News, until: number): Promise<void> {
  await sideBySide([...news], LANES, async ([device, people]) => {
    try {
      await tellSome(ports, { tenant, device, people }, until);
    } catch (error) {
      log.error('people not told', error as Error);
    }
  });
}

/** Whether nobody can say anything of this terminal now. */
export function isAway({ device, site }: Pick<PlaceRow, 'device' | 'site'>, map: Places): boolean {
  const row = map.devices.find(({ id, site: its }) => id === device && its === site);
  if (row === undefined) return true;
  const { state } = standingOf(row, map.sites.find((one) => one.site === site) ?? null);
  return state === 'offline' || state === 'refused' || state === 'swapped';
}

/** The places of a person once each is settled, or cannot be for now; as they are at `until`. */
export async function settledPlaces(
  { people, clock }: PeoplePorts,
  person: PersonRow,
  map: Places,
  until: number,
): Promise<PlaceRow[]> {
  const targets = targetsOf(person, map);
  const look = async () => {
    const rows = await people.placesOf([person]);
    return rows.every((row) => isSettled(row) || isAway(row, map)) && isWritten(person, targets, rows)
      ? rows
      : null;
  };
  return (await waitFor(look, clock, until)) ?? people.placesOf([person]);
}

/** Whether the rows say what is wanted of the person; a place that nobody has written yet says nothing. */
export function isWritten(
  { version }: Pick<PersonRow, 'version'>,
  targets: ReadonlyMap<string, string>,
  rows: readonly PlaceRow[],
): boolean {
  const written = new Set(
    rows.filter((row) => row.there && row.personVersion >= version).map(({ device }) => device),
  );
  return (
    [...targets.keys()].every((device) => written.has(device)) &&
    rows.every((row) => !row.there || targets.has(row.device))
  );
}
