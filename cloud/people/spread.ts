// From a person to his places: every terminal where he is to be, or must not be any more, gets a row and is put on its desk.
// Killed at any step, a worker does it again: the person stays marked until all is written.
import { sideBySide } from '../bounded.ts';
import type { DeviceRow, SiteRow } from '../directory/rows.ts';
import { wished } from './place.ts';
import type { SpreadPorts } from './ports.ts';
import type { GroupRow, PersonRow } from './rows.ts';

/** Writes at a time for one person. */
const LANES = 10;
const MOST_ROUNDS = 20;

/** What places are made of. */
export interface Places {
  readonly devices: readonly DeviceRow[];
  readonly sites: readonly SiteRow[];
  readonly groups: readonly GroupRow[];
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

/** @returns the terminals whose agents are to hear of it. */
export async function spread(ports: SpreadPorts, given: PersonRow, map: Places): Promise<string[]> {
  const person = await withPlaces(ports, given, map);
  if (person === null) return [];
  const targets = targetsOf(person, map);
  const changed = await sideBySide(person.places, LANES, (device) =>
    placeAt(ports, person, device, targets.get(device) ?? null),
  );
  await ports.people.spread(person);
  return person.places.filter((_, index) => changed[index] === true);
}

/** Somebody's places stand in his row before the first of them is written; null if his row has changed: whoever did that spreads it. */
async function withPlaces(
  { people }: SpreadPorts,
  person: PersonRow,
  map: Places,
): Promise<PersonRow | null> {
  const places = placesOf(person, map);
  if (places.length === person.places.length) return person;
  const row = { ...person, places, rev: person.rev + 1 };
  return (await people.putPerson(row, person, true)) ? row : null;
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
    if (next === null || next === row) return false;
    // First on the desk: a row that nobody is told of would be forgotten.
    await people.putOnDesk(person.tenant, device, next.site);
    if (await people.putPlace(next, row)) return true;
  }
  throw new Error('a place is changed all the time');
}

/** Whom the agents of which terminals are to hear of. */
export type News = ReadonlyMap<string, readonly string[]>;

/** Spreads everybody of a tenant whom `isMeant` names. */
export async function spreadAll(
  ports: SpreadPorts,
  tenant: string,
  isMeant: (person: PersonRow) => boolean,
): Promise<News> {
  const map = await readPlaces(ports, tenant);
  const news = new Map<string, string[]>();
  let after: string | undefined;
  do {
    const page = await ports.people.page(tenant, ROWS_PER_READ, after);
    for (const person of page.people.filter(isMeant)) {
      for (const device of await spread(ports, person, map)) {
        news.set(device, [...(news.get(device) ?? []), person.id]);
      }
    }
    after = page.next;
  } while (after !== undefined);
  return news;
}
const ROWS_PER_READ = 500;
