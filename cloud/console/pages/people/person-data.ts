// People as the pages ask for them.
import { queryOptions } from '@tanstack/react-query';
import { api, read } from '../../api/client.ts';
import type { components } from '../../api/contract.d.ts';

export type Person = components['schemas']['Person'];
export type PersonPut = components['schemas']['PersonPut'];
export type Place = components['schemas']['PersonAtTerminal'];

export const PEOPLE_KEY = ['people'] as const;
const ROWS = 50;
const SOON_MS = 2000;

/** Some terminal is still to do something: what is seen may change at any moment. */
export function isOnItsWay({ terminals }: Person): boolean {
  return terminals.some(
    ({ state, removed }) => removed !== true && (state === 'waiting' || state === 'leaving'),
  );
}

export function personQuery(id: string) {
  return queryOptions({
    queryKey: [...PEOPLE_KEY, 'one', id],
    queryFn: async () => (await read(api.GET('/people/{id}', { params: { path: { id } } }))).data,
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && isOnItsWay(data) ? SOON_MS : 5 * SOON_MS,
  });
}

export interface PeopleFilter {
  readonly search?: string | undefined;
  readonly device?: string | undefined;
  readonly cursor?: string | undefined;
}

export function peopleQuery({ search, device, cursor }: PeopleFilter) {
  const query = {
    limit: ROWS,
    ...(search === undefined ? {} : { search }),
    ...(device === undefined ? {} : { device }),
    ...(cursor === undefined ? {} : { cursor }),
  };
  return queryOptions({
    queryKey: [...PEOPLE_KEY, 'list', query],
    queryFn: () => read(api.GET('/people', { params: { query } })),
    refetchInterval: 5 * SOON_MS,
  });
}

/** Groups of branches are shown to who may manage branches. */
export function groupsQuery(mayManage: boolean) {
  return queryOptions({
    queryKey: ['site-groups'],
    queryFn: async () => (await read(api.GET('/site-groups'))).data,
    enabled: mayManage,
  });
}
