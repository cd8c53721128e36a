// What is asked of terminals and branches, the same for every page that shows them.
import { queryOptions } from '@tanstack/react-query';
import { api, read } from './client.ts';
import type { components } from './contract.d.ts';

export type Device = components['schemas']['Device'];
export type DeviceState = Device['state'];

/** States change by themselves: pages look again. */
const LOOK_MS = 5000;

export function devicesQuery(filter: { site?: string; state?: DeviceState } = {}, cursor?: string) {
  const query = { ...filter, limit: 1000, ...(cursor === undefined ? {} : { cursor }) };
  return queryOptions({
    queryKey: ['devices', 'list', query],
    queryFn: ({ signal }) => read(api.GET('/devices', { params: { query }, signal })),
    refetchInterval: LOOK_MS,
  });
}
