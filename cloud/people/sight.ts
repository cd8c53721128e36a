// What a caller sees of a person and may change of one: by the branches where that person is, or may come in.
import type { Principal } from '../../shared/api/principal.ts';
import { maySeeSite } from '../directory/visible.ts';
import type { GroupRow, PersonRow, PlaceRow } from './rows.ts';
import { type Places, sitesOf, targetsOf } from './spread.ts';

type Rights = Pick<Principal, 'sites'>;

/** Every branch that a person has to do with. */
export function branchesOf(person: PersonRow, rows: readonly PlaceRow[], map: Places): Set<string> {
  const wanted = person.leaving ? [] : [...sitesOf(person, map), ...targetsOf(person, map).values()];
  // Where somebody has gone is told to those of that branch, too.
  return new Set([...wanted, ...rows.filter(({ person: id }) => id === person.id).map(({ site }) => site)]);
}

/** Somebody who is nowhere is seen by everybody of the company who may see people. */
export function maySeePerson(rights: Rights, branches: ReadonlySet<string>): boolean {
  return branches.size === 0 || [...branches].some((site) => maySeeSite(rights, site));
}

/** True if the caller sees the terminal at which that person is, or may come in. */
export function maySeeAt(
  rights: Rights,
  device: string,
  person: PersonRow,
  rows: readonly PlaceRow[],
  map: Places,
): boolean {
  const place = rows.find((row) => row.person === person.id && row.device === device);
  const site = place?.site ?? targetsOf(person, map).get(device);
  return site !== undefined && maySeeSite(rights, site);
}

/** A group shows its branches: who does not see all of them does not see it. */
export function maySeeGroup(rights: Rights, { sites }: Pick<GroupRow, 'sites'>): boolean {
  return sites.every((site) => maySeeSite(rights, site));
}
