// Punches as the page asks for them: a page of the list, and the file.
import { queryOptions } from '@tanstack/react-query';
import { api, read } from '../../api/client.ts';
import type { components } from '../../api/contract.d.ts';
import { failureOf } from '../../api/failure.ts';
import { type CsvPage, listed } from '../../parts/csv.ts';
import { given, PUNCHES_KEY, type PunchFilter } from '../../parts/punch-count.ts';

export type Punch = components['schemas']['Punch'];

const ROWS = 50;
const FILE_ROWS = 5000;

export function punchesQuery(filter: PunchFilter, cursor: string | undefined) {
  const query = { ...given(filter), limit: ROWS, ...(cursor === undefined ? {} : { cursor }) };
  return queryOptions({
    queryKey: [...PUNCHES_KEY, 'list', query],
    queryFn: async () => listed(await read(api.GET('/punches', { params: { query } }))),
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
