// People, their places at terminals, desks and groups in the table. Every change of a row is made on what was read, or not at all.
import type { Row } from '../store/expressions.ts';
import { peopleIndex, peopleKeys } from '../store/people-keys.ts';
import type { Table } from '../store/table.ts';
import {
  type DeskRow,
  deskRowSchema,
  type GroupRow,
  groupRowSchema,
  type PersonRow,
  type PlaceRow,
  personRowSchema,
  placeRowSchema,
} from './rows.ts';

const NOTHING_THERE = { condition: 'attribute_not_exists(pk)' } as const;

export interface PeoplePage {
  readonly people: readonly PersonRow[];
  /** Id to go on after; absent on the last page. */
  readonly next?: string;
}

/** Something that a worker has to do, wherever it is. */
export interface Due {
  readonly tenant: string;
  readonly id: string;
}

export class PeopleStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async person(tenant: string, id: string): Promise<PersonRow | null> {
    const row = await this.#table.get(peopleKeys.person(tenant, id));
    return row === null ? null : personRowSchema.parse(row);
  }

  async people(tenant: string, ids: readonly string[]): Promise<PersonRow[]> {
    const rows = await this.#table.getAll(ids.map((id) => peopleKeys.person(tenant, id)));
    return rows.map((row) => personRowSchema.parse(row));
  }

  /** By id. @param after the id before the first one that is wanted */
  async page(tenant: string, most: number, after?: string): Promise<PeoplePage> {
    const sk = after === undefined ? {} : { sk: { after } };
    const { rows, last } = await this.#table.page({ pk: peopleKeys.people(tenant), ...sk }, most);
    const people = rows.map((row) => personRowSchema.parse(row));
    const end = people.at(-1);
    return { people, ...(last === null || end === undefined ? {} : { next: end.id }) };
  }

  /** @param before as it was read; null: there was none. False: somebody else has changed it. */
  putPerson(row: PersonRow, before: PersonRow | null, isSpreading: boolean): Promise<boolean> {
    const { tenant, id } = row;
    const mark = isSpreading ? peopleIndex.spreading(tenant, id) : {};
    const condition =
      before === null ? NOTHING_THERE : { condition: '#rev = :rev', values: { rev: before.rev } };
    return this.#table.putIf({ ...peopleKeys.person(tenant, id), ...row, ...mark }, condition);
  }

  /** All terminals know of what the person is in this writing of the row, or will. */
  async spread({ tenant, id, rev }: PersonRow): Promise<void> {
    await this.#table.updateIf(peopleKeys.person(tenant, id), {
      remove: 'opsPk, opsSk',
      condition: '#rev = :rev',
      values: { rev },
    });
  }

  /** The row of a place, also a blank one. */
  async place(tenant: string, device: string, person: string): Promise<PlaceRow | null> {
    const row = await this.#table.get(peopleKeys.place(tenant, device, person));
    return row === null ? null : placeRowSchema.parse(row);
  }

  /** How these people stand where they are, or were. */
  async placesOf(people: readonly Pick<PersonRow, 'tenant' | 'id' | 'places'>[]): Promise<PlaceRow[]> {
    const keys = people.flatMap(({ tenant, id, places }) =>
      places.map((device) => peopleKeys.place(tenant, device, id)),
    );
    return (await this.#table.getAll(keys)).map((row) => placeRowSchema.parse(row)).filter(isFilled);
  }

  async placesAt(tenant: string, device: string): Promise<PlaceRow[]> {
    const rows = await this.#table.query({ pk: peopleKeys.placesAt(tenant, device) });
    return rows.map((row) => placeRowSchema.parse(row)).filter(isFilled);
  }

  /** @param before as it was read; null: there was none. False: somebody else has changed it. */
  putPlace(row: PlaceRow, before: PlaceRow | null): Promise<boolean> {
    const key = peopleKeys.place(row.tenant, row.device, row.person);
    if (before === null) return this.#table.putIf({ ...key, ...row }, NOTHING_THERE);
    const { version, state, told, heard, journal, site, rev } = before;
    const isAsOf = rev === undefined ? 'attribute_not_exists(#rev)' : '#rev = :rev';
    return this.#table.putIf(
      { ...key, ...row },
      {
        condition: `#version = :version AND #state = :state AND #told = :told AND #heard = :heard AND #journal = :journal AND #site = :site AND ${isAsOf}`,
        values: { version, state, told, heard, journal, site, ...(rev === undefined ? {} : { rev }) },
      },
    );
  }

  /** Changes a place by what it is now, however often others change it meanwhile; the row after it, or null where there is none. */
  async changePlace(
    { tenant, device, person }: Pick<PlaceRow, 'tenant' | 'device' | 'person'>,
    change: (row: PlaceRow) => PlaceRow,
  ): Promise<PlaceRow | null> {
    for (let round = 1; round <= MOST_ROUNDS; round++) {
      const row = await this.place(tenant, device, person);
      if (row === null) return null;
      const after = change(row);
      if (after === row || (await this.putPlace(after, row))) return after;
    }
    throw new Error('a place is changed all the time');
  }

  async desk(tenant: string, device: string): Promise<DeskRow | null> {
    const row = await this.#table.get(peopleKeys.desk(tenant, device));
    return row === null ? null : deskRowSchema.parse(row);
  }

  async desks(tenant: string, devices: readonly string[]): Promise<DeskRow[]> {
    const rows = await this.#table.getAll(devices.map((device) => peopleKeys.desk(tenant, device)));
    return rows.map((row) => deskRowSchema.parse(row));
  }

  /** There is something to tell the agent of this terminal. Told twice, it is looked at once more. */
  async putOnDesk(
    tenant: string,
    device: string,
    site: string,
    news: Partial<Pick<DeskRow, 'full' | 'goneToo' | 'toWelcome' | 'serial' | 'keeps' | 'store'>> & {
      readonly moves?: boolean;
    } = {},
  ): Promise<void> {
    const { moves = false, ...facts } = news;
    const values = { ...facts, ...peopleIndex.due(tenant, device), tenant, device, site, zero: 0, one: 1 };
    const named = Object.keys(facts).map((name) => `, #${name} = :${name}`);
    await this.#table.change(peopleKeys.desk(tenant, device), {
      set:
        '#due = if_not_exists(#due, :zero) + :one, #tenant = :tenant, #device = :device, #opsPk = :opsPk, #opsSk = :opsSk' +
        `, #site = ${moves ? ':site' : 'if_not_exists(#site, :site)'}${named.join('')}`,
      values,
    });
  }

  /** Notes something of a terminal that nobody is to be told. */
  async noteDesk(desk: DeskRow, news: Partial<DeskRow>): Promise<void> {
    const names = Object.keys(news).map((name) => `#${name} = :${name}`);
    await this.#table.updateIf(peopleKeys.desk(desk.tenant, desk.device), {
      set: names.join(', '),
      condition: 'attribute_exists(pk)',
      values: news,
    });
  }

  /**
   * An agent's memory has answered, and is known for what it is told from now on; false where another one was known, which had been told before.
   */
  async meetStore({ tenant, device }: DeskRow, store: string): Promise<boolean> {
    return this.#table.updateIf(peopleKeys.desk(tenant, device), {
      set: '#store = :store',
      condition: 'attribute_not_exists(#store) OR #store = :nothing OR #store = :store',
      values: { store, nothing: null },
    });
  }

  /** What was on the desk when it was read has been told; what came since is still there. */
  async clearDesk(desk: DeskRow, news: Pick<DeskRow, 'store' | 'digest'>): Promise<boolean> {
    return this.#table.updateIf(peopleKeys.desk(desk.tenant, desk.device), {
      set: '#done = :due, #full = :no, #goneToo = :no, #store = :store, #digest = :digest',
      remove: '#opsPk, #opsSk',
      condition: '#due = :due',
      values: { ...news, due: desk.due, no: false },
    });
  }

  /** Its agent is away: the desk waits for the next hello, and no worker looks at it until then. */
  async setAside(desk: DeskRow): Promise<void> {
    await this.#table.updateIf(peopleKeys.desk(desk.tenant, desk.device), {
      remove: '#opsPk, #opsSk',
      condition: '#due = :due',
      values: { due: desk.due },
    });
  }

  /** An epoch above all that were given out for this terminal. */
  async nextEpoch({ tenant, device }: DeskRow, now: number): Promise<number> {
    for (let round = 1; round <= MOST_ROUNDS; round++) {
      const before = (await this.desk(tenant, device))?.epochMs ?? 0;
      const next = Math.max(now, before + 1);
      const isMine = await this.#table.updateIf(peopleKeys.desk(tenant, device), {
        set: '#epochMs = :next',
        condition: 'attribute_exists(pk) AND (attribute_not_exists(#epochMs) OR #epochMs = :before)',
        values: { next, before },
      });
      if (isMine) return next;
    }
    throw new Error('epochs are given out all the time');
  }

  async group(tenant: string, id: string): Promise<GroupRow | null> {
    const row = await this.#table.get(peopleKeys.group(tenant, id));
    return row === null ? null : groupRowSchema.parse(row);
  }

  async groups(tenant: string): Promise<GroupRow[]> {
    const { pk, sk } = peopleKeys.group(tenant, '');
    const rows = await this.#table.query({ pk, sk: { begins: sk } });
    return rows.map((row) => groupRowSchema.parse(row));
  }

  /** False: somebody else has changed it. */
  putGroup(row: GroupRow, before: GroupRow | null): Promise<boolean> {
    const { tenant, id } = row;
    const condition =
      before === null ? NOTHING_THERE : { condition: '#rev = :rev', values: { rev: before.rev } };
    const mark = peopleIndex.regrouping(tenant, id);
    return this.#table.putIf({ ...peopleKeys.group(tenant, id), ...row, ...mark }, condition);
  }

  /** Everybody in it knows of this writing of the group; or, with `reached`, those up to there. */
  async regrouped({ tenant, id, rev }: GroupRow, reached?: string): Promise<void> {
    await this.#table.updateIf(peopleKeys.group(tenant, id), {
      ...(reached === undefined ? { remove: '#opsPk, #opsSk, #reached' } : { set: '#reached = :reached' }),
      condition: '#rev = :rev',
      values: { rev, ...(reached === undefined ? {} : { reached }) },
    });
  }

  removeGroup({ tenant, id, rev }: GroupRow): Promise<boolean> {
    return this.#table.deleteIf(peopleKeys.group(tenant, id), {
      condition: '#rev = :rev',
      values: { rev },
    });
  }

  /** What is left to do, of all tenants; what changed within the last moment may not show yet. */
  async left(kind: keyof typeof peopleIndex): Promise<Due[]> {
    const { opsPk } = peopleIndex[kind]('', '');
    const rows = await this.#table.query({ index: true, pk: opsPk, only: ['opsSk'] });
    return rows.flatMap(dueOf);
  }
}

/** Others that change the same row get through meanwhile. */
const MOST_ROUNDS = 20;

function isFilled({ blank }: PlaceRow): boolean {
  return blank !== true;
}

function dueOf({ opsSk }: Row): Due[] {
  const [tenant, id] = String(opsSk).split('#');
  return tenant === undefined || id === undefined ? [] : [{ tenant, id }];
}
