// From a person to his places: every terminal where he is to be, or must not be any more, gets a row and is put on its desk.
// Killed at any step, a worker does it again: the person stays marked until all is written.
import { sideBySide } from '../bounded.ts';
import type { DeviceRow, SiteRow } from '../directory/rows.ts';
import { isNews, wished } from './place.ts';
import type { SpreadPorts } from './ports.ts';
import { type GroupRow, nextRev, type PersonRow } from './rows.ts';

/** Writes at a time for one person. */
const LANES = 10;
const MOST_ROUNDS = 20;

/** What places are made of. */
export interface Places {
  readonly devices: readonly DeviceRow[];
  readonly sites: readonly SiteRow[];
  readonly groups: readonly GroupRow[];
}

/** Reads them once more; what it gives was read after it was asked for. */
export type Look = () => Promise<Places>;

/** One look for all who ask for one while another is under way. */
export function sharedLook(ports: SpreadPorts, tenant: string): Look {
  let under: Promise<unknown> | null = null;
  let next: Promise<Places> | null = null;
  const begin = async () => {
    await under?.catch(() => undefined);
    next = null;
    const reading = readPlaces(ports, tenant);
    under = reading;
    return reading;
  };
  return () => (next ??= begin());
}

/** The tenant's terminals, branches and groups as they are now. */
export async function readPlaces({ directory, people }: SpreadPorts, tenant: string): Promise<Places> {
  const [devices, sites, groups] = await Promise.all([
    directory.devices(tenant),
    directory.sites(tenant),
    people.groups(tenant),
  ]);
  return { devices, sites, groups };
}

/** The branches where somebody may come in as a whole. */
export function sitesOf(
  { sites, groups }: Pick<PersonRow, 'sites' | 'groups'>,
  map: Pick<Places, 'groups'>,
): Set<string> {
  const ofGroups = map.groups.filter(({ id }) => groups.includes(id)).flatMap((group) => group.sites);
  return new Set([...sites, ...ofGroups]);
}

/** The terminals where somebody is to be, each with its branch. */
export function targetsOf(
  person: Pick<PersonRow, 'devices' | 'sites' | 'groups' | 'leaving'>,
  map: Places,
): Map<string, string> {
  if (person.leaving) return new Map();
  const sites = sitesOf(person, map);
  const named = new Set(person.devices);
  return new Map(
    map.devices.filter(({ id, site }) => named.has(id) || sites.has(site)).map(({ id, site }) => [id, site]),
  );
}

/** Every terminal that has a place of the person or is to get one. */
export function placesOf(person: PersonRow, map: Places): string[] {
  return [...new Set([...person.places, ...targetsOf(person, map).keys()])].sort();
}

/** Whether all is there that somebody's places are made of, and says the same. */
function isAsBefore(person: PersonRow, then: Places, now: Places): boolean {
  const [old, current] = [targetsOf(person, then), targetsOf(person, now)];
  const isSame = [...current].every(([device, site]) => old.get(device) === site);
  return isSame && old.size === current.size && missingGroups(person, now).length === 0;
}

/** Groups that were removed while somebody was put into them. */
function missingGroups({ groups }: Pick<PersonRow, 'groups'>, map: Places): string[] {
  const known = new Set(map.groups.map(({ id }) => id));
  return groups.filter((id) => !known.has(id));
}

/**
 * Writes the places of somebody whose row was just written, and marked, by whoever calls this. What his places are made of is read once more
 * at the end: a branch or a group may have changed before his row said that he hangs on it.
 *
 * @returns the terminals whose agents are to hear of it
 */
export async function spread(
  ports: SpreadPorts,
  written: PersonRow,
  known: Places,
  look: Look = () => readPlaces(ports, written.tenant),
): Promise<string[]> {
  const news = new Set<string>();
  let [person, map] = [written, known];
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const placed = await withPlaces(ports, person, map);
    if (placed === null) return [...news];
    for (const device of await writePlaces(ports, placed, map)) news.add(device);
    const now = await look();
    if (isAsBefore(placed, map, now)) {
      await ports.people.spread(placed);
      return [...news];
    }
    [person, map] = [placed, now];
  }
  // He stays marked: a worker goes on.
  return [...news];
}

/** Takes up somebody's row for writing his places; null if it has changed. */
async function takenUp({ people, clock }: SpreadPorts, person: PersonRow, map: Places) {
  const row: PersonRow = {
    ...person,
    groups: without(person.groups, missingGroups(person, map)),
    places: placesOf(person, map),
    rev: nextRev(person, clock.now()),
  };
  return (await people.putPerson(row, person, true)) ? row : null;
}

function without(all: readonly string[], some: readonly string[]): string[] {
  return all.filter((one) => !some.includes(one));
}

/**
 * The person once his places stand in his row, before the first of them is written, and groups that are gone do not; null if his row has changed:
 * whoever did that spreads it.
 */
async function withPlaces(ports: SpreadPorts, person: PersonRow, map: Places): Promise<PersonRow | null> {
  const isWhole = placesOf(person, map).length === person.places.length;
  if (isWhole && missingGroups(person, map).length === 0) return person;
  return takenUp(ports, person, map);
}

async function writePlaces(ports: SpreadPorts, person: PersonRow, map: Places): Promise<string[]> {
  const targets = targetsOf(person, map);
  const changed = await sideBySide(person.places, LANES, (device) =>
    placeAt(ports, person, device, targets.get(device) ?? null),
  );
  return person.places.filter((_, index) => changed[index] === true);
}

/** True where something of it is new. */
async function placeAt(
  { people, clock }: SpreadPorts,
  person: PersonRow,
  device: string,
  site: string | null,
): Promise<boolean> {
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const row = await people.place(person.tenant, device, person.id);
    const next = wished(row, { person, device, site }, clock.now());
    if (next === row) return false;
    const isTold = isNews(row, next);
    // First on the desk: a row that nobody is told of would be forgotten.
    if (isTold) await people.putOnDesk(person.tenant, device, next.site);
    if (await people.putPlace(next, row)) return isTold;
  }
  throw new Error('a place is changed all the time');
}

/**
 * Somebody's places are written anew, as his row stands now: by whoever did not write it himself, and comes behind those who did.
 *
 * @returns the terminals whose agents are to hear of it; null where his row has changed since it was read
 */
export async function spreadAnew(
  ports: SpreadPorts,
  person: PersonRow,
  map: Places,
  look?: Look,
): Promise<string[] | null> {
  const row = await takenUp(ports, person, map);
  return row === null ? null : spread(ports, row, map, look);
}
