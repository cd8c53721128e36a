// The punches of every terminal of a tenant, asked side by side.
import type { Principal } from '../../shared/api/principal.ts';
import { SerenoError } from '../../shared/errors.ts';
import { operations } from '../../shared/wire/operations.ts';
import { sideBySide } from '../bounded.ts';
import { failureOf } from '../commands/failure.ts';
import type { CommandPorts } from '../commands/ports.ts';
import type { ArgsFor, Origin } from '../commands/request.ts';
import { run } from '../commands/run.ts';
import { targetAt } from '../directory/locate.ts';
import type { DeviceRow } from '../directory/rows.ts';
import { about, log } from '../log.ts';
import { continuation, type Position, type Source } from './merge.ts';
import { type AttendanceQuery, attendanceFilter } from './range.ts';

/** Terminals asked at a time. */
const LANES = 50;
/** Rows held in memory for one page, over all terminals. */
const ROWS_AT_ONCE = 100_000;

/** What is asked of all terminals. */
export interface AllWanted {
  readonly principal: Principal;
  readonly filter: AttendanceQuery;
  /** Punches of one page; undefined: as many as there are. */
  readonly limit: number | undefined;
  /** Most punches that one terminal tells at a time. */
  readonly mostOfOne: number;
  /** Where the page before has ended; null for the first one. */
  readonly position: Position | null;
  /** Epoch ms up to which answers may be waited for. */
  readonly until: number;
  readonly trace: string;
  readonly origin: Origin;
}

/** What one terminal has answered. */
export interface DevicePunches extends Source {
  readonly total: number;
  readonly skipped: number;
  readonly asOf: string;
}

/** Why one terminal's punches are missing. */
export interface DeviceTrouble {
  readonly device: string;
  readonly error: SerenoError;
}

type Args = ArgsFor<'attendanceList'>;

function late(device: string): DeviceTrouble {
  return { device, error: new SerenoError('answer_late', { params: { device } }) };
}

async function asked(
  ports: CommandPorts,
  { principal, until, trace, origin }: AllWanted,
  row: DeviceRow,
  args: Args,
): Promise<DevicePunches | DeviceTrouble> {
  const { id: device, name } = row;
  if (ports.clock.now() >= until) return late(device);
  const { outcome } = await run(ports, {
    principal,
    action: 'attendanceList',
    device,
    args,
    key: null,
    async: false,
    until,
    trace,
    origin,
    locate: async () => targetAt(row),
  });
  if (outcome.kind !== 'settled') return late(device);
  const { command, settlement } = outcome;
  if (settlement.status !== 'ok') {
    const error = failureOf(command, settlement);
    return error === null ? late(device) : { device, error };
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
function askedSafely(...given: Parameters<typeof asked>): Promise<DevicePunches | DeviceTrouble> {
  const [, { filter }, { id: device, site }] = given;
  return about({ device, site, op: 'attendance.list', user: filter.user_id }, async () => {
    try {
      return await asked(...given);
    } catch (error) {
      log.error('terminal not asked', error as Error);
      return { device, error: new SerenoError('internal', { cause: error }) };
    }
  });
}

/**
 * What one terminal is asked: the filter, where the page before has ended, and no more rows than its share.
 * Where a share is cut, the merge goes on from there on the next page.
 */
function argsFor(device: string, { filter, limit, mostOfOne, position }: AllWanted, devices: number): Args {
  const { again, ...upTo } = position === null ? { again: 0 } : continuation(device, position);
  const share = Math.floor(ROWS_AT_ONCE / devices);
  const wanted = limit === undefined ? Number.POSITIVE_INFINITY : limit + again;
  const most = Math.min(wanted, Math.max(share, again + 1));
  // A terminal alone, or one of few, tells all that fits into a reply.
  const bounded = most <= mostOfOne || limit !== undefined ? { limit: Math.min(most, mostOfOne) } : {};
  return { ...attendanceFilter(filter), ...upTo, ...bounded };
}

/**
 * What every terminal of the tenant has answered, and which have not.
 *
 * @throws SerenoError `too_many_calls`
 */
export async function attendanceOfAll(
  ports: CommandPorts,
  wanted: AllWanted,
): Promise<{ readonly answered: readonly DevicePunches[]; readonly missing: readonly DeviceTrouble[] }> {
  // A refusal is of the whole call, not of each terminal.
  const [devices] = await Promise.all([
    ports.directory.devices(wanted.principal.tenant),
    ports.place.admit(),
  ]);
  const results = await sideBySide(devices, LANES, (row) =>
    askedSafely(ports, wanted, row, argsFor(row.id, wanted, devices.length)),
  );
  return {
    answered: results.filter((result) => 'punches' in result),
    missing: results.filter((result) => 'error' in result),
  };
}
