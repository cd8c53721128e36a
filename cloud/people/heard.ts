// What agents tell of people at their terminals: noted at the place it is about, and who has gone from everywhere is noted as gone.
import type { HandEvent, PersonEvent } from '../../shared/wire/events.ts';
import { sideBySide } from '../bounded.ts';
import { type Heard, heard } from './place.ts';
import type { SpreadPorts } from './ports.ts';
import type { PersonRow } from './rows.ts';

const LANES = 20;

/** Where events come from: a journal of a branch's agent. */
export interface Told {
  readonly tenant: string;
  readonly site: string;
  readonly journal: string;
}

export interface NumberedEvent {
  readonly event: PersonEvent | HandEvent;
  readonly number: number;
}

/** Heard twice it is as heard once. */
export async function hearPeople(
  { people, hands, clock }: Pick<SpreadPorts, 'people' | 'hands' | 'clock'>,
  { tenant, site, journal }: Told,
  events: readonly NumberedEvent[],
): Promise<void> {
  const told = events.flatMap(({ event, number }) =>
    event.type === 'person.fingers' ? [{ event, number }] : [],
  );
  await hearPlaces({ people, hands, clock }, { tenant, site, journal }, events.flatMap(ofPlace));
  for (const news of told) await hands.hear({ tenant, site, journal, ...news });
}

interface PlaceEvent {
  readonly event: PersonEvent;
  readonly number: number;
}

function ofPlace({ event, number }: NumberedEvent): PlaceEvent[] {
  return event.type === 'person.fingers' ? [] : [{ event, number }];
}

async function hearPlaces(
  { people, hands, clock }: Pick<SpreadPorts, 'people' | 'hands' | 'clock'>,
  { tenant, site, journal }: Told,
  events: readonly PlaceEvent[],
): Promise<void> {
  const byPlace = Map.groupBy(events, ({ event }) => `${event.device} ${event.person}`);
  const leaving = await sideBySide([...byPlace.values()], LANES, async (some): Promise<string[]> => {
    const [first] = some;
    if (first === undefined) return [];
    const { device, person } = first.event;
    const row = await people.changePlace({ tenant, device, person }, (before) =>
      some
        .map(({ event, number }): Heard => ({ site, journal, number, event }))
        .reduce((place, news) => heard(place, news, clock.now()), before),
    );
    if (row?.state === 'in_step') await hands.present(tenant, person);
    return row?.state === 'gone' ? [person] : [];
  });
  for (const id of new Set(leaving.flat())) await noteGone({ people }, tenant, id);
}

/** Somebody who is to leave everywhere, and has, is kept for as long as his places are. */
async function noteGone({ people }: Pick<SpreadPorts, 'people'>, tenant: string, id: string): Promise<void> {
  const person: PersonRow | null = await people.person(tenant, id);
  if (person?.leaving !== true || person.expiresAt !== undefined) return;
  const places = await people.placesOf([person]);
  const last = Math.max(...places.map(({ expiresAt = 0 }) => expiresAt));
  if (places.length === 0 || places.some(({ state }) => state !== 'gone')) return;
  // Somebody who changes the row now knows better. Whoever still writes places for an older row is kept from it once more.
  await people.putPerson({ ...person, rev: person.rev + 1, expiresAt: last }, person, true);
}
