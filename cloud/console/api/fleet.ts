// What is asked of terminals and branches, the same for every page that shows them.
import { queryOptions } from '@tanstack/react-query';
import { api, read } from './client.ts';
import type { components } from './contract.d.ts';
import { Failure } from './failure.ts';

export type Device = components['schemas']['Device'];
export type DeviceState = Device['state'];
export type User = components['schemas']['User'];

/** States change by themselves: pages look again. */
const LOOK_MS = 5000;

export function devicesQuery(
  filter: { site?: string; state?: DeviceState } = {},
  cursor?: string,
  limit = 1000,
) {
  const query = { ...filter, limit, ...(cursor === undefined ? {} : { cursor }) };
  return queryOptions({
    queryKey: ['devices', 'list', query],
    queryFn: ({ signal }) => read(api.GET('/devices', { params: { query }, signal })),
    refetchInterval: LOOK_MS,
  });
}

export type Site = components['schemas']['Site'];
export type SiteState = Site['state'];
export type Trouble = Site['troubles'][number];
export type Fleet = components['schemas']['Fleet'];

/** What all branches come to. */
export const fleetQuery = queryOptions({
  queryKey: ['sites', 'fleet'],
  queryFn: async ({ signal }) => (await read(api.GET('/fleet', { signal }))).data,
  refetchInterval: 2 * LOOK_MS,
});

export interface SiteFilter {
  readonly state?: SiteState;
  readonly trouble?: Trouble;
  readonly search?: string;
}

export function sitesQuery(filter: SiteFilter, limit: number, cursor?: string) {
  const query = { ...filter, limit, ...(cursor === undefined ? {} : { cursor }) };
  return queryOptions({
    queryKey: ['sites', 'list', query],
    queryFn: ({ signal }) => read(api.GET('/sites', { params: { query }, signal })),
    refetchInterval: LOOK_MS,
  });
}

/** One branch; null where there is none that one sees. */
export function siteQuery(id: string) {
  return queryOptions({
    queryKey: ['sites', 'one', id],
    queryFn: async ({ signal }): Promise<Site | null> => {
      const query = { search: id, limit: 1000 };
      const { data } = await read(api.GET('/sites', { params: { query }, signal }));
      return data.find(({ site }) => site === id) ?? null;
    },
    refetchInterval: LOOK_MS / 2,
  });
}

/** One terminal; null where there is none that one sees. */
export function deviceQuery(id: string) {
  const path = { device_id: id };
  return queryOptions({
    queryKey: ['devices', 'one', id],
    queryFn: async ({ signal }): Promise<Device | null> => {
      try {
        return (await read(api.GET('/devices/{device_id}', { params: { path }, signal }))).data;
      } catch (error) {
        if (error instanceof Failure && error.status === 404) return null;
        throw error;
      }
    },
    refetchInterval: LOOK_MS,
  });
}

export type Operation = components['schemas']['Operation'];

/** Operations, the newest first; those under way change by themselves. */
export function operationsQuery(
  filter: { device?: string; site?: string; state?: Operation['state'] },
  limit: number,
  cursor?: string,
) {
  const query = { ...filter, limit, ...(cursor === undefined ? {} : { cursor }) };
  return queryOptions({
    queryKey: ['operations', 'list', query],
    queryFn: ({ signal }) => read(api.GET('/operations', { params: { query }, signal })),
    refetchInterval: LOOK_MS,
  });
}
