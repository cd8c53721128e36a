// Tells the agent of a terminal who is to be there and who must not be, as far as it does not know it yet.
import { createHash } from 'node:crypto';
import { ulid } from 'ulid';
import { MOST_WANTED, type WantedPerson, wantedDigest } from '../../shared/domain/wanted-person.ts';
import { sideBySide } from '../bounded.ts';
import { log } from '../log.ts';
import { askAgent } from './ask.ts';
import { acknowledged, lost } from './place.ts';
import type { PeoplePorts } from './ports.ts';
import type { DeskRow, PersonRow, PlaceRow } from './rows.ts';
import { fieldsOf } from './secrets.ts';

const LANES = 10;

/**
 * - `told`: the agent has all of it on its disk
 * - `away`: it is not connected; told at its next hello
 * - `later`: it did not answer in time, or does not take it: told again
 */
export type Told = 'told' | 'away' | 'later';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Digest of what an agent should keep that knows of all these places. */
export function digestOf(places: readonly PlaceRow[]): string {
  const there = places.filter(({ there }) => there);
  return wantedDigest(
    there.map(({ person, version }) => ({ person, version })),
    sha256,
  );
}

/**
 * Tells of these people at once, without a look at everybody else of the terminal: the desk stays as it is, and who clears it finds them told.
 *
 * @param until epoch ms
 */
export async function tellSome(
  ports: PeoplePorts,
  {
    tenant,
    device,
    people,
  }: { readonly tenant: string; readonly device: string; readonly people: readonly string[] },
  until: number,
): Promise<Told> {
  const desk = await ports.people.desk(tenant, device);
  if (desk === null) return 'later';
  const epoch = ulid(await ports.people.nextEpoch(desk, ports.clock.now()));
  const places = await ports.people.placesOf(people.map((id) => ({ tenant, id, places: [device] })));
  const items = await itemsOf(
    ports,
    places.filter(({ told, state }) => !told && state !== 'gone'),
  );
  const told = await tellItems(ports, desk, { epoch, items, isWhole: false }, until);
  return 'failed' in told ? told.failed : 'told';
}

/** Tells everything that is on the desk, and clears it. @param until epoch ms */
export async function tell(ports: PeoplePorts, tenant: string, device: string, until: number): Promise<Told> {
  const desk = await ports.people.desk(tenant, device);
  if (desk === null || desk.due <= (desk.done ?? 0)) return 'told';
  // Taken before anything is read: whoever is wanted after that is told under a later one.
  const epoch = ulid(await ports.people.nextEpoch(desk, ports.clock.now()));
  const places = await ports.people.placesAt(tenant, device);
  const open = places.filter(({ told, state }) =>
    state === 'gone' ? desk.goneToo === true : desk.full === true || !told,
  );
  const items = await itemsOf(ports, open);
  // An agent that keeps nobody need not be told of nobody.
  const isWhole =
    desk.full === true && items.length === open.length && (items.length > 0 || desk.keeps === true);
  const told = await tellItems(ports, desk, { epoch, items, isWhole }, until);
  if ('failed' in told) {
    if (told.failed === 'away') await ports.people.setAside(desk);
    return told.failed;
  }
  // Somebody's row is newer than his place: whoever changed it puts it on the desk again.
  if (items.length < open.length) return 'later';
  const now = await ports.people.placesAt(tenant, device);
  if (now.some((row) => row.state !== 'gone' && !row.told)) return 'later';
  await ports.people.clearDesk(desk, { store: told.store ?? desk.store ?? null, digest: digestOf(now) });
  return 'told';
}

/** Without those of whom something newer is about to be written. */
async function itemsOf({ people, box }: PeoplePorts, places: readonly PlaceRow[]): Promise<WantedPerson[]> {
  const [first] = places;
  if (first === undefined) return [];
  const ids = places.filter(({ there }) => there).map(({ person }) => person);
  const rows = new Map((await people.people(first.tenant, ids)).map((row) => [row.id, row]));
  const items = await sideBySide(places, LANES, async (place): Promise<WantedPerson[]> => {
    const { person, version, userId: user_id, there, personVersion, former, anew } = place;
    const before = former === undefined ? {} : { former };
    if (!there) return [{ person, version, user_id, want: null, ...before }];
    const row: PersonRow | undefined = rows.get(person);
    if (row?.version !== personVersion) return [];
    const begun = anew === undefined ? {} : { anew };
    return [{ person, version, user_id, want: await fieldsOf(box, row), ...before, ...begun }];
  });
  return items.flat();
}

interface Said {
  readonly epoch: string;
  readonly items: readonly WantedPerson[];
  /** Whoever is not among the items is not looked after any more. */
  readonly isWhole: boolean;
}

/** What one message of the broker holds, with room around it, though nothing of it could be compressed. */
const PART_BYTES = 64 * 1024;

/** As many items a command as it may hold. */
function partsOf(items: readonly WantedPerson[]): WantedPerson[][] {
  const parts: WantedPerson[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(item));
    const last = parts.at(-1);
    if (last === undefined || bytes + size > PART_BYTES || last.length === MOST_WANTED) {
      parts.push([item]);
      bytes = size;
    } else {
      last.push(item);
      bytes += size;
    }
  }
  return parts;
}

async function tellItems(
  ports: PeoplePorts,
  desk: DeskRow,
  { epoch, items, isWhole }: Said,
  until: number,
): Promise<{ readonly failed: 'away' | 'later' } | { readonly store: string | null }> {
  let store: string | null = null;
  const parts = partsOf(items);
  if (parts.length === 0 && isWhole) parts.push([]);
  for (const [part, some] of parts.entries()) {
    const args = { epoch, items: some, ...(isWhole && part === parts.length - 1 ? { whole: true } : {}) };
    const answer = await askAgent(ports, desk, 'people.put', args, until);
    if ('failed' in answer) return { failed: answer.failed === 'away' ? 'away' : 'later' };
    store = answer.result.store;
    // Before anything counts as told: what was told to a memory that is lost is told anew, those who are to leave included.
    if (store !== desk.store && !(await ports.people.meetStore(desk, store))) {
      await ports.people.putOnDesk(desk.tenant, desk.device, desk.site, { full: true, store });
      return { failed: 'later' };
    }
    await sideBySide(some, LANES, ({ person, version }) =>
      ports.people.changePlace({ ...desk, person }, (row) => acknowledged(row, version)),
    );
    if (answer.result.stored < some.length) await overtake(ports, desk, some);
  }
  return { store };
}

/** The agent knows of something newer than the table does, which was perhaps put back from a copy: said anew, it counts. */
async function overtake({ people, clock }: PeoplePorts, desk: DeskRow, items: readonly WantedPerson[]) {
  log.warn('people of a later version at the agent', { device: desk.device, site: desk.site });
  for (const { person } of items) {
    await people.changePlace({ ...desk, person }, (row) =>
      lost({
        ...row,
        version: Math.max(row.version + 1, clock.now()),
        state: row.there ? 'waiting' : 'leaving',
      }),
    );
  }
}
