// Punches as the page asks for them: a page of the list, what the chart counts, and the file.
import { queryOptions } from '@tanstack/react-query';
import { api, read } from '../../api/client.ts';
import type { components } from '../../api/contract.d.ts';
import { failureOf } from '../../api/failure.ts';
import { type CsvPage, listed } from '../../parts/csv.ts';

export type Punch = components['schemas']['Punch'];

export const PUNCHES_KEY = ['punches'] as const;
const ROWS = 50;
const FILE_ROWS = 5000;
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
function given(filter: PunchFilter): Given {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

export function punchesQuery(filter: PunchFilter, cursor: string | undefined) {
  const query = { ...given(filter), limit: ROWS, ...(cursor === undefined ? {} : { cursor }) };
  return queryOptions({
    queryKey: [...PUNCHES_KEY, 'list', query],
    queryFn: async () => listed(await read(api.GET('/punches', { params: { query } }))),
  });
}

/** The newest of the range, to be counted. */
export function countedQuery(filter: PunchFilter) {
  const query = { ...given(filter), limit: MOST_COUNTED };
  return queryOptions({
    queryKey: [...PUNCHES_KEY, 'counted', query],
    queryFn: async () => {
      const { data, next_cursor } = listed(await read(api.GET('/punches', { params: { query } })));
      return { times: data.map(({ local }) => local), isAll: next_cursor === undefined };
    },
  });
}

export async function punchFile(filter: PunchFilter, cursor: string | undefined): Promise<CsvPage> {
  const query = { ...given(filter), limit: FILE_ROWS, ...(cursor === undefined ? {} : { cursor }) };
  const { data, error, response } = await api.GET('/punches', {
    params: { query },
    headers: { accept: 'text/csv' },
    parseAs: 'text',
  });
  if (!response.ok || data === undefined) throw failureOf(response, error);
  return { text: data as string, next: response.headers.get('sereno-next-cursor') };
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
