// The routes of people: who somebody is, where he may come in, and how he stands at each terminal.
import { personIdField } from '../../../shared/api/people.ts';
import { withoutFailing } from '../../commands/attempt.ts';
import { type Asker, askerOf, planLeaving, planPerson, WishError } from '../../people/plan.ts';
import type { PeoplePorts } from '../../people/ports.ts';
import type { PersonRow, PlaceRow } from '../../people/rows.ts';
import { carryOut, saved, settledPlaces } from '../../people/save.ts';
import { branchesOf, maySeeAt, maySeePerson } from '../../people/sight.ts';

import { type Answer, json, ok } from '../answer/answer.ts';
import { decodeCursor, encodeCursor } from '../answer/cursor.ts';
import { invalid } from '../answer/findings.ts';
import { message } from '../answer/messages.ts';
import { personView } from '../answer/people.ts';
import { Problem } from '../answer/problem.ts';
import { waitLimit, wantsAsync } from '../commands/command.ts';
import type { Call, Handlers } from '../request/call.ts';
import { importPeople } from './people-import.ts';
import { groupHandlers } from './site-groups.ts';

const DEFAULT_PEOPLE = 50;
const MOST_PEOPLE = 200;
/** People that are looked at for one page: a search that finds little ends with a cursor. */
const MOST_LOOKED_AT = 10_000;
const ROWS_PER_READ = 500;

interface Found {
  readonly person: PersonRow;
  readonly rows: readonly PlaceRow[];
}

/** @throws Problem 404 for who is not there for the caller */
async function found(
  ports: PeoplePorts,
  { principal, map }: Asker,
  given: string | undefined,
): Promise<Found> {
  const id = personIdField.safeParse(given);
  const person = id.success ? await ports.people.person(principal.tenant, id.data) : null;
  if (person === null) throw new Problem('person_not_found');
  const rows = await ports.people.placesOf([person]);
  if (!maySeePerson(principal, branchesOf(person, rows, map))) throw new Problem('person_not_found');
  return { person, rows };
}

async function getPerson(ports: PeoplePorts, call: Call<'personGet'>): Promise<Answer> {
  const asker = await askerOf(ports, call.principal);
  const { person, rows } = await found(ports, asker, call.params.id);
  return ok({ data: personView(person, rows, { ...asker, language: call.language }) });
}

/** A failure of what a caller has asked for, without the line that it would have in a file. */
function unwrapped(error: unknown): unknown {
  return error instanceof WishError ? error.error : error;
}

/**
 * What is written stands: whatever fails from here on is no failure of the change. 200 where every terminal was seen to hold what is
 * wanted, else 202.
 */
async function answered(
  ports: PeoplePorts,
  call: Call<'personPut' | 'personDelete'>,
  person: PersonRow,
  asker: Asker,
): Promise<Answer> {
  const until = waitLimit(ports.clock, call);
  const isAsync = wantsAsync(call);
  if (!isAsync) await carryOut(ports, person, asker.map, until);
  const rows = await withoutFailing('places not read', () =>
    isAsync ? ports.people.placesOf([person]) : settledPlaces(ports, person, asker.map, until),
  );
  const data = personView(person, rows ?? [], { ...asker, language: call.language });
  const body = { success: true, message: message(call.name, call.language, { id: person.id }), data };
  const isDone = rows !== null && (data.state === 'in_step' || data.state === 'gone');
  if (isDone) return json(200, body);
  return json(202, body, {
    location: `/people/${encodeURIComponent(person.id)}`,
    ...(isAsync ? { 'preference-applied': 'respond-async' } : {}),
  });
}

async function putPerson(ports: PeoplePorts, call: Call<'personPut'>): Promise<Answer> {
  const id = personIdField.safeParse(call.params.id);
  if (!id.success) throw invalid('id', 'person_id');
  const asker = await askerOf(ports, call.principal);
  let plan: Awaited<ReturnType<typeof planPerson>>;
  try {
    plan = await saved(ports, () => planPerson(ports, asker, id.data, call.body));
  } catch (error) {
    throw unwrapped(error);
  }
  const person = plan.after ?? plan.before;
  if (person === null) throw new Problem('person_not_found');
  const answer = await answered(ports, call, person, asker);
  await checkStillThere(ports, call);
  return answer;
}

/** A group that was removed at this very moment: the person was taken out of it again. */
async function checkStillThere(
  { people }: PeoplePorts,
  { principal, body }: Call<'personPut'>,
): Promise<void> {
  for (const id of body.site_groups ?? []) {
    if ((await people.group(principal.tenant, id)) === null) throw new Problem('site_group_not_found');
  }
}

async function deletePerson(ports: PeoplePorts, call: Call<'personDelete'>): Promise<Answer> {
  const asker = await askerOf(ports, call.principal);
  const leave = async () => {
    const { person: before, rows } = await found(ports, asker, call.params.id);
    return { before, after: before.leaving ? null : await planLeaving(ports, asker, before, rows) };
  };
  try {
    const { before, after } = await saved(ports, leave);
    return await answered(ports, call, after ?? before, asker);
  } catch (error) {
    throw unwrapped(error);
  }
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

async function listPeople(ports: PeoplePorts, call: Call<'peopleList'>): Promise<Answer> {
  const { search, device, limit = DEFAULT_PEOPLE, cursor } = call.query;
  const asker = await askerOf(ports, call.principal);
  const { principal, map } = asker;
  const wanted = search === undefined ? null : plain(search);
  const isMeant = ({ id, userId, name, places, expiresAt }: PersonRow) =>
    expiresAt === undefined &&
    (device === undefined || places.includes(device)) &&
    (wanted === null || [id, userId, name].some((text) => plain(text).includes(wanted)));
  const isSeen = (person: PersonRow, rows: readonly PlaceRow[]) =>
    maySeePerson(principal, branchesOf(person, rows, map)) &&
    (device === undefined || maySeeAt(principal, device, person, rows, map));
  const data: object[] = [];
  // Of people whom the caller does not see not even the id is told.
  let shown: string | undefined;
  let after = cursor === undefined ? undefined : decodeCursor(personIdField, cursor);
  for (let looked = 0; looked < MOST_LOOKED_AT; ) {
    const page = await ports.people.page(principal.tenant, ROWS_PER_READ, after);
    for (const person of page.people) {
      if (isMeant(person)) {
        if (data.length === Math.min(limit, MOST_PEOPLE)) return shownPage(data, shown);
        const rows = await ports.people.placesOf([person]);
        if (isSeen(person, rows)) {
          shown = person.id;
          data.push(personView(person, rows, { ...asker, language: call.language }));
        }
      }
      after = person.id;
    }
    looked += page.people.length;
    if (page.next === undefined) return shownPage(data, undefined);
  }
  return shownPage(data, after);
}

function shownPage(data: readonly object[], next: string | undefined): Answer {
  return ok({ data, ...(next === undefined ? {} : { next_cursor: encodeCursor(next) }) });
}

export const peopleHandlers: Handlers<'people', PeoplePorts> = {
  ...groupHandlers,
  personPut: putPerson,
  personGet: getPerson,
  personDelete: deletePerson,
  peopleList: listPeople,
  peopleImport: importPeople,
};
