// What is left to do about people, of all tenants: for a worker that the clock calls, and that a hello calls.
import { sideBySide } from '../bounded.ts';
import { about, log } from '../log.ts';
import { carryFingers } from './carry.ts';
import type { PeoplePorts } from './ports.ts';
import type { DeskRow, PersonRow } from './rows.ts';
import { type Places, readPlaces, sitesOf, spreadAnew } from './spread.ts';
import { type News, spreadAll } from './spread-all.ts';
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
  // Many who come in by groups leave time for who waits for himself.
  const half = clock.now() + (endsAt - clock.now()) / 2;
  for (const due of inTurn(await people.left('regrouping'))) {
    if (clock.now() < half) await withoutFailing('group', due, () => regroup(ports, due, half));
  }
  for (const due of inTurn(await people.left('spreading'))) {
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

/** Everybody who may come in by this group, as far as it goes until `endsAt` (epoch ms); a later run goes on from there. */
export async function regroup(ports: PeoplePorts, { tenant, id }: Due, endsAt: number): Promise<News> {
  const { people } = ports;
  const group = await people.group(tenant, id);
  if (group === null) return new Map();
  const stretch = {
    from: group.reached,
    until: endsAt,
    note: (reached: string) => people.regrouped(group, reached),
  };
  const { news, isWhole } = await spreadAll(ports, tenant, ({ groups }) => groups.includes(id), stretch);
  if (isWhole) await people.regrouped(group);
  return news;
}

async function spreadOne(ports: PeoplePorts, { tenant, id }: Due): Promise<void> {
  const person = await ports.people.person(tenant, id);
  // Whoever changes it meanwhile spreads it.
  if (person !== null) await spreadAnew(ports, person, await readPlaces(ports, tenant));
}

async function serve(ports: PeoplePorts, { tenant, id }: Due, endsAt: number): Promise<void> {
  const desk = await ports.people.desk(tenant, id);
  if (desk === null) return;
  if (desk.toWelcome !== undefined && desk.toWelcome !== desk.welcomed) {
    await welcome(ports, { ...desk, toWelcome: desk.toWelcome }, endsAt);
  }
  await tell(ports, tenant, id, Math.min(endsAt, ports.clock.now() + ANSWER_MS));
}

/** A terminal that is new at its branch gets the people of the branch, and loses those whom it had from another one. */
async function welcome(
  ports: PeoplePorts,
  desk: DeskRow & { readonly toWelcome: string },
  endsAt: number,
): Promise<void> {
  const { tenant, device, site, toWelcome: stay, reached } = desk;
  const isMeant = (person: PersonRow, map: Places) =>
    person.places.includes(device) || person.devices.includes(device) || sitesOf(person, map).has(site);
  const { isWhole } = await spreadAll(ports, tenant, isMeant, {
    from: reached?.stay === stay ? reached.person : undefined,
    until: endsAt,
    note: (person) => ports.people.noteDesk(desk, { reached: { stay, person } }),
  });
  if (isWhole) await ports.people.noteDesk(desk, { welcomed: stay });
}
