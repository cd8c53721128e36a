// The keys of people, of how each stands at a terminal, of what a terminal is to be told, and of groups of sites.
import type { RowKey } from './keys.ts';

function people(tenant: string): string {
  return `T#${tenant}#PEOPLE`;
}

function placesAt(tenant: string, device: string): string {
  return `T#${tenant}#PEOPLE#${device}`;
}

function hands(tenant: string, person: string): string {
  return `T#${tenant}#HANDS#${person}`;
}

export const peopleKeys = {
  /** The partition of a tenant's people. */
  people,
  person: (tenant: string, id: string): RowKey => ({ pk: people(tenant), sk: id }),
  /** The partition of everybody who is, or was, wanted at a terminal. */
  placesAt,
  place: (tenant: string, device: string, person: string): RowKey => ({
    pk: placesAt(tenant, device),
    sk: person,
  }),
  desk: (tenant: string, device: string): RowKey => ({ pk: `T#${tenant}`, sk: `PD#${device}` }),
  /** The partition of a person's hands at terminals. */
  hands,
  hand: (tenant: string, person: string, device: string): RowKey => ({
    pk: hands(tenant, person),
    sk: `D#${device}`,
  }),
  errand: (tenant: string, person: string): RowKey => ({ pk: hands(tenant, person), sk: 'E' }),
  group: (tenant: string, id: string): RowKey => ({ pk: `T#${tenant}`, sk: `SG#${id}` }),
};

/** Attributes of the table's index: what a worker still has to do, of all tenants. */
export const peopleIndex = {
  /** People whose terminals do not know of their newest version yet. */
  spreading: (tenant: string, person: string) => ({
    opsPk: 'PEOPLE_SPREADING',
    opsSk: `${tenant}#${person}`,
  }),
  /** Terminals whose agent can be told something. */
  due: (tenant: string, device: string) => ({ opsPk: 'PEOPLE_DUE', opsSk: `${tenant}#${device}` }),
  /** People whose fingers may be missing at another branch. */
  errands: (tenant: string, person: string) => ({ opsPk: 'PEOPLE_ERRANDS', opsSk: `${tenant}#${person}` }),
  /** Groups that were changed. */
  regrouping: (tenant: string, id: string) => ({ opsPk: 'PEOPLE_REGROUPING', opsSk: `${tenant}#${id}` }),
};
