// Punches as a chart counts them: the newest of a range, by hour or by day.
import { queryOptions } from '@tanstack/react-query';
import { api, read } from '../api/client.ts';
import { listed } from './csv.ts';

export const PUNCHES_KEY = ['punches'] as const;
/** Of the chart. */
export const MOST_COUNTED = 5000;

/** As it stands in the address; days are those of the terminals. */
export interface PunchFilter {
  readonly device?: string | undefined;
  readonly site?: string | undefined;
  readonly user_id?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

type Given = { [K in keyof PunchFilter]?: string };

/** Without what is not filtered by. */
export function given(filter: PunchFilter): Given {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

/** The newest of the range, to be counted. */
export function countedQuery(filter: PunchFilter) {
  return queryOptions({
    queryKey: [...PUNCHES_KEY, 'counted', given(filter)],
    queryFn: async () => {
      const times: string[] = [];
      let cursor: string | undefined;
      do {
        // A page may end before its limit.
        const query = { ...given(filter), limit: MOST_COUNTED - times.length, ...(cursor && { cursor }) };
        const { data, next_cursor } = listed(await read(api.GET('/punches', { params: { query } })));
        times.push(...data.map(({ local }) => local));
        cursor = next_cursor;
      } while (cursor !== undefined && times.length < MOST_COUNTED);
      return { times, isAll: cursor === undefined };
    },
  });
}

const HOUR_LENGTH = 'YYYY-MM-DDTHH'.length;
const DAY_LENGTH = 'YYYY-MM-DD'.length;

export interface Bar {
  readonly label: string;
  readonly punches: number;
}

/** How many in each hour of a day, or on each day, by the terminals' own time. */
export function barsOf(times: readonly string[]): { by: 'hour' | 'day'; bars: Bar[] } {
  const days = [...new Set(times.map((time) => time.slice(0, DAY_LENGTH)))].sort();
  const by = days.length <= 1 ? 'hour' : 'day';
  const keyOf = (time: string) =>
    by === 'hour' ? time.slice(DAY_LENGTH + 1, HOUR_LENGTH) : time.slice(0, DAY_LENGTH);
  const counted = Map.groupBy(times, keyOf);
  const hours = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));
  const labels = by === 'hour' ? hours : days;
  return { by, bars: labels.map((label) => ({ label, punches: counted.get(label)?.length ?? 0 })) };
}
