// What is left to do about people, of all tenants: for a worker that the clock calls, and that a hello calls.
import { sideBySide } from '../bounded.ts';
import { about, log } from '../log.ts';
import { carryFingers } from './carry.ts';
import type { PeoplePorts } from './ports.ts';
import type { DeskRow, PersonRow } from './rows.ts';
import { type News, readPlaces, sitesOf, spread, spreadAll } from './spread.ts';
import type { Due } from './store.ts';
import { tell } from './tell.ts';

/** Terminals at a time. */
const LANES = 10;
/** One agent has so long for its answer. */
const ANSWER_MS = 10_000;

/** What it cannot do now a later run does: it fails for nobody. @param endsAt epoch ms */
export async function workOnPeople(ports: PeoplePorts, endsAt: number): Promise<void> {
  const { people, clock } = ports;
  const isOver = () => clock.now() >= endsAt;
  for (const due of await people.left('regrouping')) {
    if (!isOver()) await withoutFailing('group', due, () => regroup(ports, due));
  }
  for (const due of await people.left('spreading')) {
    if (!isOver()) await withoutFailing('person', due, () => spreadOne(ports, due));
  }
  await serveDesks(ports, inTurn(await people.left('due')), endsAt);
  await sideBySide(inTurn(await people.left('errands')), LANES, async (due) => {
    if (!isOver()) await withoutFailing('errand', due, () => carryFingers(ports, due, endsAt));
  });
}

/** Tells the agents of these terminals what is on their desks. @param endsAt epoch ms */
export async function serveDesks(ports: PeoplePorts, desks: readonly Due[], endsAt: number): Promise<void> {
  await sideBySide(desks, LANES, async (due) => {
    if (ports.clock.now() < endsAt) await withoutFailing('desk', due, () => serve(ports, due, endsAt));
  });
}

async function withoutFailing(what: string, { tenant }: Due, work: () => Promise<unknown>): Promise<void> {
  try {
    await about({ tenant }, async () => {
      await work();
    });
  } catch (error) {
    log.error(`people: ${what} not served`, error as Error);
  }
}

/** One of each tenant, then the next of each: many terminals of one keep nobody else waiting. */
function inTurn(all: readonly Due[]): Due[] {
  const queues = [...Map.groupBy(all, ({ tenant }) => tenant).values()];
  const longest = Math.max(0, ...queues.map(({ length }) => length));
  return Array.from({ length: longest }, (_, place) => queues.flatMap((queue) => queue[place] ?? [])).flat();
}

/** Everybody who may come in by this group. */
export async function regroup(ports: PeoplePorts, { tenant, id }: Due): Promise<News> {
  const group = await ports.people.group(tenant, id);
  if (group === null) return new Map();
  const news = await spreadAll(ports, tenant, ({ groups }) => groups.includes(id));
  await ports.people.regrouped(group);
  return news;
}

async function spreadOne(ports: PeoplePorts, { tenant, id }: Due): Promise<void> {
  const person = await ports.people.person(tenant, id);
  if (person !== null) await spread(ports, person, await readPlaces(ports, tenant));
}

async function serve(ports: PeoplePorts, { tenant, id }: Due, endsAt: number): Promise<void> {
  const desk = await ports.people.desk(tenant, id);
  if (desk === null) return;
  if (desk.toWelcome !== undefined && desk.toWelcome !== desk.welcomed) await welcome(ports, desk);
  await tell(ports, tenant, id, Math.min(endsAt, ports.clock.now() + ANSWER_MS));
}

/** A terminal that is new at its branch gets the people of the branch, and loses those whom it had from another one. */
async function welcome(ports: PeoplePorts, desk: DeskRow): Promise<void> {
  const { tenant, device, site, toWelcome } = desk;
  const map = await readPlaces(ports, tenant);
  const isAbout = ({ places, devices }: PersonRow) => places.includes(device) || devices.includes(device);
  await spreadAll(ports, tenant, (person) => isAbout(person) || sitesOf(person, map).has(site));
  if (toWelcome !== undefined) await ports.people.noteDesk(desk, { welcomed: toWelcome });
}
