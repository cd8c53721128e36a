// Everybody of a company who hangs on a group, or on a branch, is looked at again: as far as the time goes, and from there on the next time.
import { sideBySide } from '../bounded.ts';
import { isNews, wished } from './place.ts';
import type { SpreadPorts } from './ports.ts';
import type { PersonRow } from './rows.ts';
import { type Look, type Places, readPlaces, sharedLook, spreadAnew, targetsOf } from './spread.ts';

/** Rows of people that are read at a time; how far it went is noted after each. */
const ROWS_PER_READ = 100;
const LANES = 5;
/** Others that change the same person get through meanwhile. */
const MOST_ROUNDS = 20;

/** Whether somebody is to be looked at. */
type Meant = (person: PersonRow, map: Places) => boolean;

/** Whom the agents of which terminals are to hear of. */
export type News = ReadonlyMap<string, readonly string[]>;

export interface Stretch {
  /** Whom it went up to before; absent: nobody. */
  readonly from?: string | undefined;
  /** Epoch ms. */
  readonly until: number;
  /** Notes up to whom it has gone. */
  readonly note: (reached: string) => Promise<void>;
}

export interface Spread {
  readonly news: News;
  /** False: its time was over before everybody was looked at. */
  readonly isWhole: boolean;
}

/** Spreads everybody of a tenant whom `isMeant` names and whose places are not as they should be. */
export async function spreadAll(
  ports: SpreadPorts,
  tenant: string,
  isMeant: Meant,
  { from, until, note }: Stretch,
): Promise<Spread> {
  const news = new Map<string, string[]>();
  const add = (id: string, devices: readonly string[]) => {
    for (const device of devices) news.set(device, [...(news.get(device) ?? []), id]);
  };
  const look = sharedLook(ports, tenant);
  for (let after = from; ; ) {
    if (ports.clock.now() >= until) return { news, isWhole: false };
    const map = await readPlaces(ports, tenant);
    const page = await ports.people.page(tenant, ROWS_PER_READ, after);
    const meant = page.people.filter((person) => isMeant(person, map));
    await sideBySide(meant, LANES, async (person) => {
      add(person.id, await brought(ports, person, { map, look, isMeant }));
    });
    if (page.next === undefined) return { news, isWhole: true };
    after = page.next;
    await note(after);
  }
}

/** Somebody's places as they should be now. Where they are already, whoever else is at it sees to them. */
async function brought(
  ports: SpreadPorts,
  seen: PersonRow,
  { map, look, isMeant }: { readonly map: Places; readonly look: Look; readonly isMeant: Meant },
): Promise<string[]> {
  let person: PersonRow | null = seen;
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    if (person === null || !isMeant(person, map) || !(await isDue(ports, person, map))) return [];
    const devices = await spreadAnew(ports, person, map, look);
    if (devices !== null) return devices;
    person = await ports.people.person(person.tenant, person.id);
  }
  throw new Error('a person is changed all the time');
}

/** True where a place is not as it should be. */
async function isDue({ people, clock }: SpreadPorts, person: PersonRow, map: Places): Promise<boolean> {
  const targets = targetsOf(person, map);
  const rows = new Map((await people.placesOf([person])).map((row) => [row.device, row]));
  const devices = new Set([...person.places, ...targets.keys()]);
  return [...devices].some((device) => {
    const row = rows.get(device) ?? null;
    return isNews(row, wished(row, { person, device, site: targets.get(device) ?? null }, clock.now()));
  });
}
