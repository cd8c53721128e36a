// What a fleet costs a month, and how much of each quota it takes: prices times what was counted.
import type { LambdaName } from '../../../infra/cdk/grants.ts';
import { shapeOf } from '../../../infra/cdk/shapes.ts';
import type { Charge, Counts, Entry } from '../../../infra/local/meter.ts';
import { SWEEP_MINUTES, SWEEP_SHARE } from '../../../shared/wire/envelope.ts';
import { COUNTED } from './counted.ts';
import type { Happening } from './happening.ts';
import { DAY, LEAVES, PRICES, TAKES_MS } from './prices.ts';

const DAYS = 30;
const MINUTES = DAYS * 24 * 60;
const SWEEPS = MINUTES / SWEEP_MINUTES;
const KB_PER_GB = 1e6;
/** One row of the index of connected sites, in units of an eventually consistent read: a sweep reads them all. */
const CONNECTED_ROW_READS = 0.5 * (1 / 4);

export type Priced = Exclude<Charge, 'callMs'> | 'gbSeconds';
export type Sums = Readonly<Record<Priced, number>>;

/** What is charged of what was counted, summed by what it is charged as. */
export function sumsOf(counts: Counts): Sums {
  const sums = {
    messages: 0,
    rules: 0,
    actions: 0,
    calls: 0,
    writes: 0,
    reads: 0,
    requests: 0,
    gbSeconds: 0,
  };
  for (const [entry, count = 0] of Object.entries(counts) as [Entry, number][]) {
    const [charge, ...rest] = entry.split(' ');
    if (charge === 'callMs') continue;
    sums[charge as Exclude<Priced, 'gbSeconds'>] += count;
    if (charge === 'calls') sums.gbSeconds += count * secondsOf(rest.join(' '));
  }
  return sums;
}

/** GB-seconds of a call. */
function secondsOf(name: string): number {
  return (shapeOf(name as LambdaName).memoryMb / 1024) * ((TAKES_MS[name] ?? 50) / 1000);
}

export function dollarsOf(sums: Sums): number {
  return (Object.entries(sums) as [Priced, number][]).reduce(
    (dollars, [priced, count]) => dollars + count * PRICES[priced],
    0,
  );
}

/** What one of it leaves in logs and tables, and sends out. */
export function leftOf(name: string): number {
  const { logs = 0, out = 0, stored = 0 } = LEAVES[name] ?? {};
  return (logs * PRICES.loggedGb + out * PRICES.outGb + stored * PRICES.storedGb) / KB_PER_GB;
}

/** One of it, with what it leaves. */
export function costOf(name: Happening): number {
  return dollarsOf(sumsOf(COUNTED[name])) + leftOf(name);
}

export interface Fleet {
  readonly branches: number;
  /** Companies. */
  readonly tenants: number;
  /** Stacks that they are spread over. */
  readonly cells: number;
}

/** Dollars a month, by what they are for. */
export function monthOf({ branches, tenants, cells }: Fleet): Readonly<Record<string, number>> {
  const happenings = Object.fromEntries(
    Object.entries(DAY).map(([name, times]) => [name, branches * times * DAYS * costOf(name as Happening)]),
  );
  return {
    connected: branches * MINUTES * PRICES.minutes,
    ...happenings,
    sweeps: sweepsOf(branches, cells),
    clock: clockOf(tenants, cells),
    stages: cells * PRICES.stage,
  };
}

/** Each sweep is a call that reads who is connected and asks about a share of them. */
function sweepsOf(branches: number, cells: number): number {
  const asked = branches / SWEEP_SHARE;
  const reads = branches * CONNECTED_ROW_READS;
  const run = PRICES.calls + secondsOf('presence') * PRICES.gbSeconds;
  return SWEEPS * (asked * PRICES.messages + reads * PRICES.reads + cells * run);
}

/** What the clock calls every minute; alerts are looked for company by company. */
function clockOf(tenants: number, cells: number): number {
  const once = (['deliver', 'keep', 'jobs'] as const).reduce(
    (sum, name) => sum + dollarsOf(sumsOf(COUNTED[name])),
    0,
  );
  const { calls, gbSeconds, ...rest } = sumsOf(COUNTED.alert);
  const call = calls * PRICES.calls + gbSeconds * PRICES.gbSeconds;
  const each = dollarsOf({ ...rest, calls: 0, gbSeconds: 0 });
  return MINUTES * (cells * (once + call) + tenants * each);
}

export function total(month: Readonly<Record<string, number>>): number {
  return Object.values(month).reduce((sum, dollars) => sum + dollars, 0);
}

/** The working day in which most happens, seconds. */
const BUSY_SECONDS = 8 * 3600;

/** How much happens a second while a fleet works, as quotas are counted. */
export function ratesOf(branches: number): Sums & { readonly waiting: number } {
  const rates = {
    messages: 0,
    rules: 0,
    actions: 0,
    calls: 0,
    writes: 0,
    reads: 0,
    requests: 0,
    gbSeconds: 0,
  };
  let waiting = 0;
  for (const [name, times] of Object.entries(DAY)) {
    const perSecond = (branches * times) / BUSY_SECONDS;
    const counts = COUNTED[name as Happening];
    const sums = sumsOf(counts);
    for (const priced of Object.keys(rates) as Priced[]) rates[priced] += perSecond * sums[priced];
    for (const [entry, count = 0] of Object.entries(counts)) {
      const [charge, of = ''] = entry.split(' ');
      if (charge === 'calls') waiting += perSecond * count * ((TAKES_MS[of] ?? 50) / 1000);
    }
  }
  return { ...rates, waiting };
}
