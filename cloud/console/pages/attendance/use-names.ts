// Who somebody is, by terminal and badge: names are not kept with punches, so the terminals' own lists are asked, once in a while.
import { useQueries } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { useMay } from '../../app/session.tsx';
import { readSettled } from '../../parts/change.ts';
import type { Punch } from './punch-data.ts';

const STALE_MS = 10 * 60_000;
/** Of one page: each costs its branch a question. */
const MOST_TERMINALS = 6;

async function namesAt(device: string): Promise<Map<string, string>> {
  const { data } = await readSettled(
    api.GET('/devices/{device_id}/users', { params: { path: { device_id: device } } }),
  );
  return new Map(data.map(({ user_id, name }) => [user_id, name]));
}

/** The name behind a punch, where its terminal says it. */
export function useNames(punches: readonly Punch[]): (punch: Punch) => string | undefined {
  const may = useMay();
  const devices = [...new Set(punches.map(({ device_id }) => device_id))].slice(0, MOST_TERMINALS);
  const known = useQueries({
    queries: devices.map((device) => ({
      queryKey: ['names', device],
      queryFn: () => namesAt(device),
      enabled: may('users:read'),
      staleTime: STALE_MS,
      retry: false,
    })),
    combine: (all) => new Map(all.map(({ data }, at) => [devices[at], data])),
  });
  return ({ device_id, user_id }) => known.get(device_id)?.get(user_id);
}
