// From what is asked to parts: each item goes to each of its terminals once, and those of one terminal are cut to what a message holds.
import type { Principal } from '../../shared/api/principal.ts';
import { SerenoError } from '../../shared/errors.ts';
import { UNPACKED_BYTES } from '../../shared/wire/envelope.ts';
import { MOST_USERS } from '../../shared/wire/operations.ts';
import { fitsMessage } from '../commands/iot-sender.ts';
import type { Directory } from '../directory/directory.ts';
import { type Target, targetAt } from '../directory/locate.ts';
import { mayChangeSite } from '../directory/visible.ts';
import { FieldErrors, type FieldFault } from '../field-error.ts';
import type { BatchItem } from './asked.ts';

/** Writes of one job: items, each as often as it has terminals. What became of each still fits into one answer. */
export const MOST_WRITES = 20_000;
/** What is wrong is told up to so many times. */
const MOST_FAULTS = 100;
/** JSON of a part, in bytes: the agent unpacks no more. */
const MOST_JSON = UNPACKED_BYTES * 0.9;

/** One command to one terminal. */
export interface Planned {
  readonly target: Target;
  /** Places of its items among those that were asked. */
  readonly items: readonly number[];
  readonly args: { readonly items: readonly BatchItem['wire'][] };
}

/** The terminals of an item, as they are named. */
export interface Named {
  readonly devices: readonly string[];
  readonly sites: readonly string[];
}

/** What the directory knows of all that is named. */
interface Known {
  readonly devices: ReadonlyMap<string, Target>;
  /** Terminals of each branch that there is. */
  readonly sites: ReadonlyMap<string, readonly Target[]>;
}

async function lookUp(
  directory: Directory,
  tenant: string,
  devices: ReadonlySet<string>,
  sites: ReadonlySet<string>,
): Promise<Known> {
  const named = await directory.namedDevices(tenant, [...devices]);
  const found = new Map(named.map((row) => [row.id, targetAt(row)]));
  const ofSites = new Map<string, readonly Target[]>();
  for (const site of sites) {
    if ((await directory.site(tenant, site)) === null) continue;
    const ids = await directory.deviceIds(tenant, site);
    const rows = ids.length === 0 ? [] : await directory.namedDevices(tenant, ids);
    ofSites.set(site, rows.filter((row) => row.site === site).map(targetAt));
  }
  return { devices: found, sites: ofSites };
}

/** What is named and is not there, item by item. */
function faultsOf(items: readonly Named[], known: Known): FieldFault[] {
  return items.flatMap(({ devices, sites }, index) => [
    ...devices.flatMap((id, at): FieldFault[] =>
      known.devices.has(id) ? [] : [{ path: `items.${index}.devices.${at}`, text: 'device_unknown' }],
    ),
    ...sites.flatMap((id, at): FieldFault[] => {
      const there = known.sites.get(id);
      if (there === undefined) return [{ path: `items.${index}.sites.${at}`, text: 'site_unknown' }];
      return there.length > 0 ? [] : [{ path: `items.${index}.sites.${at}`, text: 'site_empty' }];
    }),
  ]);
}

/** The terminals of each item; refused whole if one of them is not there, or may not be changed. */
async function targetsOf(
  directory: Directory,
  principal: Principal,
  items: readonly Named[],
): Promise<readonly (readonly Target[])[]> {
  const devices = new Set(items.flatMap((item) => item.devices));
  const sites = new Set(items.flatMap((item) => item.sites));
  const known = await lookUp(directory, principal.tenant, devices, sites);
  const faults = faultsOf(items, known);
  if (faults.length > 0) throw new FieldErrors(faults.slice(0, MOST_FAULTS));
  const all = items.map((item) => {
    const named = item.devices.flatMap((id) => known.devices.get(id) ?? []);
    const ofSites = item.sites.flatMap((site) => known.sites.get(site) ?? []);
    return [...new Map([...named, ...ofSites].map((target) => [target.device, target])).values()];
  });
  const readOnly = all.flat().find(({ site }) => !mayChangeSite(principal, site));
  if (readOnly !== undefined) throw new SerenoError('site_read_only', { params: { site: readOnly.site } });
  return all;
}

function fits(args: Planned['args']): boolean {
  return (
    args.items.length <= MOST_USERS &&
    Buffer.byteLength(JSON.stringify(args)) <= MOST_JSON &&
    fitsMessage(args)
  );
}

/** Halved until each half fits. @throws FieldErrors for a single item that does not */
function cut(target: Target, items: readonly number[], wire: readonly BatchItem['wire'][]): Planned[] {
  const args = { items: wire };
  if (fits(args)) return [{ target, items, args }];
  if (items.length === 1) throw new FieldErrors([{ path: `items.${items[0]}`, text: 'text' }]);
  const half = Math.ceil(items.length / 2);
  return [
    ...cut(target, items.slice(0, half), wire.slice(0, half)),
    ...cut(target, items.slice(half), wire.slice(half)),
  ];
}

/**
 * The parts of a request, those of one terminal in the order of its items.
 *
 * @throws FieldErrors naming item and field; SerenoError `site_read_only`
 */
export async function planned(
  directory: Directory,
  principal: Principal,
  items: readonly BatchItem[],
): Promise<Planned[]> {
  const targets = await targetsOf(directory, principal, items);
  const writes = targets.reduce((sum, { length }) => sum + length, 0);
  if (writes > MOST_WRITES) throw new FieldErrors([{ path: 'items', text: 'batch_writes' }]);
  const byDevice = new Map<string, { readonly target: Target; readonly items: number[] }>();
  for (const [index, those] of targets.entries()) {
    for (const target of those) {
      const known = byDevice.get(target.device) ?? { target, items: [] };
      known.items.push(index);
      byDevice.set(target.device, known);
    }
  }
  return [...byDevice.values()].flatMap(({ target, items: own }) =>
    cut(
      target,
      own,
      own.flatMap((index) => items[index]?.wire ?? []),
    ),
  );
}
