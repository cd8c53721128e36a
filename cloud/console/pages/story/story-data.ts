// Operations and entries of the audit log as the pages ask for them.
import { queryOptions } from '@tanstack/react-query';
import { OPERATION_STATES } from '../../../../shared/domain/operation-states.ts';
import { api, read } from '../../api/client.ts';
import type { components } from '../../api/contract.d.ts';
import { failureOf } from '../../api/failure.ts';
import { isSettled } from '../../parts/change.ts';
import { type CsvPage, listed } from '../../parts/csv.ts';

export type Entry = components['schemas']['AuditEntry'];
export type Listed = Omit<components['schemas']['Operation'], 'result' | 'results'>;
const ROWS = 50;
const FILE_ROWS = 500;
const LOOK_MS = 5000;
const SOON_MS = 1000;
/** An entry is made just before its operation. */
const BEFORE_MS = 60_000;

type Given<T> = { [K in keyof T]?: string };

/** Without what is not filtered by. */
function given<T extends object>(filter: T): Given<T> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as Given<T>;
}

/** As a field has them, by this computer's clock. */
interface Times {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** What the API takes: instants, and without what is not filtered by. */
function asked<T extends Times>({ from, to, ...rest }: T) {
  const instant = (field: string | undefined) =>
    field === undefined || Number.isNaN(Date.parse(field)) ? undefined : new Date(field).toISOString();
  return { ...given(rest), ...given({ from: instant(from), to: instant(to) }) };
}

export interface OperationFilter extends Times {
  readonly site?: string | undefined;
  readonly device?: string | undefined;
  readonly user_id?: string | undefined;
  readonly op?: string | undefined;
  readonly state?: string | undefined;
}

export function operationsQuery(filter: OperationFilter, cursor: string | undefined) {
  const state = OPERATION_STATES.find((one) => one === filter.state);
  const { state: _text, ...rest } = asked(filter);
  const query = { limit: ROWS, ...rest, ...given({ cursor }), ...(state === undefined ? {} : { state }) };
  return queryOptions({
    queryKey: ['operations', 'list', query],
    queryFn: () => read(api.GET('/operations', { params: { query } })),
    refetchInterval: LOOK_MS,
  });
}

/** `queue;dur=12, device;dur=340` */
function timesOf(header: string | null): ReadonlyMap<string, number> {
  const parts = [...(header ?? '').matchAll(/(\w+);dur=(\d+)/g)];
  return new Map(parts.map(([, name = '', ms]) => [name, Number(ms)]));
}

/** One operation, what its outcome rests on, and where its time went. */
export function operationQuery(id: string) {
  return queryOptions({
    queryKey: ['operations', 'one', id],
    queryFn: async () => {
      const { data, error, response } = await api.GET('/operations/{id}', { params: { path: { id } } });
      if (!response.ok || data === undefined) throw failureOf(response, error);
      const times = timesOf(response.headers.get('server-timing'));
      const verified = response.headers.get('sereno-verified');
      return { operation: data.data, verified, queueMs: times.get('queue'), deviceMs: times.get('device') };
    },
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && !isSettled(data.operation) ? SOON_MS : false,
  });
}
export type Seen = Awaited<ReturnType<NonNullable<ReturnType<typeof operationQuery>['queryFn']>>>;

/** Who asked for an operation: the entry that was made just before it. */
export function askedQuery(id: string, createdAt: string, mayRead: boolean) {
  return queryOptions({
    queryKey: ['audit', 'operation', id],
    queryFn: async () => {
      const from = new Date(Date.parse(createdAt) - BEFORE_MS).toISOString();
      const query = { operation: id, from, order: 'asc', limit: 1 } as const;
      const { data } = listed(await read(api.GET('/audit', { params: { query } })));
      return data[0] ?? null;
    },
    enabled: mayRead,
  });
}

export interface AuditFilter extends Times {
  readonly subject?: string | undefined;
  readonly what?: string | undefined;
  readonly site?: string | undefined;
  readonly device?: string | undefined;
  readonly user_id?: string | undefined;
}

export function auditQuery(filter: AuditFilter, cursor: string | undefined) {
  const query = { ...asked(filter), limit: ROWS, ...given({ cursor }) };
  return queryOptions({
    queryKey: ['audit', 'list', query],
    queryFn: async () => listed(await read(api.GET('/audit', { params: { query } }))),
  });
}

export async function auditFile(filter: AuditFilter, cursor: string | undefined): Promise<CsvPage> {
  const query = { ...asked(filter), limit: FILE_ROWS, ...given({ cursor }) };
  const { data, error, response } = await api.GET('/audit', {
    params: { query },
    headers: { accept: 'text/csv' },
    parseAs: 'text',
  });
  if (!response.ok || data === undefined) throw failureOf(response, error);
  return { text: data as string, next: response.headers.get('sereno-next-cursor') };
}
