// GET /attendance/all: every terminal of the tenant asked side by side.
import { ulid } from 'ulid';
import { errorText, type Language } from '../../shared/errors.ts';
import { operations } from '../../shared/wire/operations.ts';
import { sideBySide } from '../bounded.ts';
import { fitsLambda } from '../commands/answers.ts';
import { execute } from '../commands/execute.ts';
import { problemOf } from '../commands/failure.ts';
import { MOST_ROWS, waitLimit } from '../commands/request.ts';
import { targetAt } from '../directory/locate.ts';
import type { DeviceRow } from '../directory/rows.ts';
import { about, log, note } from '../log.ts';
import type { Call } from '../rest/call.ts';
import { decodeCursor, encodeCursor } from '../rest/cursor.ts';
import type { Services } from '../services.ts';
import { continuation, mergedPage, type Position, positionSchema, type Source } from './merge.ts';
import { attendanceFilter } from './range.ts';

/** Terminals asked at a time. */
const LANES = 50;
/** Rows held in memory for one page, over all terminals. */
const ROWS_AT_ONCE = 100_000;

interface Told extends Source {
  readonly total: number;
  readonly skipped: number;
  readonly asOf: string;
}
interface Failed {
  readonly device: string;
  readonly error: string;
}

type AllCall = Call<'attendanceAll'>;
type Args = Parameters<(typeof operations)['attendance.list']['args']['parse']>[0];

function late(device: string, language: Language): Failed {
  return { device, error: errorText('answer_late', { device }, language) };
}

async function asked(
  services: Services,
  call: AllCall,
  row: DeviceRow,
  args: Args,
  until: number,
): Promise<Told | Failed> {
  const { language, principal, traceparent } = call;
  const { id: device, name } = row;
  if (services.clock.now() >= until) return late(device, language);
  const id = ulid(services.clock.now());
  note({ command: id });
  const outcome = await execute(services, {
    id,
    tenant: principal.tenant,
    target: targetAt(row),
    route: 'attendanceList',
    op: 'attendance.list',
    args,
    subject: principal.subject,
    async: false,
    until,
    traceparent,
  });
  if (outcome.kind !== 'settled') return late(device, language);
  const { command, settlement } = outcome;
  if (settlement.status !== 'ok') {
    const problem = await problemOf(command, settlement, null);
    return problem === null ? late(device, language) : { device, error: problem.text(language) };
  }
  const { total, skipped, as_of, data, next_cursor } = operations['attendance.list'].result.parse(
    settlement.data,
  );
  return {
    device,
    punches: data.map((punch) => ({ ...punch, device_id: device, device_name: name })),
    more: next_cursor !== undefined,
    total,
    skipped,
    asOf: as_of,
  };
}

/** One terminal's trouble is its own entry, never the whole answer's. */
function askedSafely(...given: Parameters<typeof asked>): Promise<Told | Failed> {
  const [, { language, query }, { id: device, site }] = given;
  return about({ device, site, op: 'attendance.list', user: query.user_id }, async () => {
    try {
      return await asked(...given);
    } catch (error) {
      log.error('terminal not asked', error as Error);
      return { device, error: errorText('internal', {}, language) };
    }
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function body(
  told: readonly Told[],
  failed: readonly Failed[],
  position: Position | null,
  limit: number,
  now: number,
) {
  const total = position?.total ?? sum(told.map((source) => source.total));
  const { punches, next } = mergedPage(told, position, limit, total);
  const oldest = told.map(({ asOf }) => asOf).sort()[0];
  return {
    total,
    as_of: oldest ?? new Date(now).toISOString(),
    skipped: sum(told.map(({ skipped }) => skipped)),
    data: punches,
    ...(next === null ? {} : { next_cursor: encodeCursor(next) }),
    errors: Object.fromEntries(failed.map(({ device, error }) => [device, error])),
  };
}

/**
 * What one terminal is asked: the filter, where the page before has ended, and no more rows than its share.
 * Where a share is cut, the merge goes on from there on the next page.
 */
function argsFor(device: string, query: AllCall['query'], position: Position | null, devices: number): Args {
  const { again, ...upTo } = position === null ? { again: 0 } : continuation(device, position);
  const share = Math.floor(ROWS_AT_ONCE / devices);
  const wanted = query.limit === undefined ? Number.POSITIVE_INFINITY : query.limit + again;
  const limit = Math.min(wanted, Math.max(share, again + 1));
  // A terminal alone, or one of few, tells all that fits into a reply.
  const asked = limit <= MOST_ROWS || query.limit !== undefined ? { limit: Math.min(limit, MOST_ROWS) } : {};
  return { ...attendanceFilter(query), ...upTo, ...asked };
}

/** The body without `success`. Pages go by time: what is punched meanwhile never shifts them. */
export async function attendanceOfAll(services: Services, call: AllCall) {
  const { limit, cursor } = call.query;
  const { clock, directory } = services;
  const position = cursor === undefined ? null : decodeCursor(positionSchema, cursor);
  const devices = await directory.devices(call.principal.tenant);
  const until = waitLimit(clock, call);
  const results = await sideBySide(devices, LANES, (row) =>
    askedSafely(services, call, row, argsFor(row.id, call.query, position, devices.length), until),
  );
  const told = results.filter((result) => 'punches' in result);
  const failed = results.filter((result) => 'error' in result);
  const whole = body(told, failed, position, limit ?? Number.POSITIVE_INFINITY, clock.now());
  if (fitsLambda(JSON.stringify(whole))) return whole;
  return body(told, failed, position, MOST_ROWS, clock.now());
}
