// Terminals and branches to choose from, as far as who is signed in sees them.
import { useQuery } from '@tanstack/react-query';
import { api, read } from '../api/client.ts';
import type { components } from '../api/contract.d.ts';
import { rpc } from '../api/rpc.ts';
import { plain } from './plain.tsx';

export type Device = components['schemas']['Device'];
type Site = components['schemas']['RpcSite'];

/** Names change seldom. */
const STALE_MS = 60_000;
const MOST_PAGES = 20;

async function allDevices(): Promise<Device[]> {
  const all: Device[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = cursor === undefined ? {} : { cursor };
    const { data, next_cursor } = await read(api.GET('/devices', { params: { query } }));
    all.push(...data);
    if (next_cursor === undefined) break;
    cursor = next_cursor;
  }
  return all;
}

/** Every terminal that one sees. */
export function useDevices() {
  return useQuery({ queryKey: ['devices', 'choice'], queryFn: allDevices, staleTime: STALE_MS });
}

/** Every branch that one sees; also for who may not manage them. */
export function useSites() {
  return useQuery({
    queryKey: ['sites', 'choice'],
    queryFn: () => rpc<Site[]>('site.get', {}),
    staleTime: STALE_MS,
  });
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** Terminals by branch, as a list to choose from takes them. */
export function deviceChoices(devices: readonly Device[]): { group: string; items: Choice[] }[] {
  const bySite = Map.groupBy(devices, ({ site }) => site);
  return [...bySite].map(([site, items]) => ({
    group: site,
    items: items.map(({ id, name }) => ({
      value: id,
      label: name === id ? id : `${plain(name)} (${id})`,
    })),
  }));
}

export function siteChoices(sites: readonly Site[]): Choice[] {
  return sites.map(({ site, name }) => ({
    value: site,
    label: name === site ? site : `${plain(name)} (${site})`,
  }));
}
