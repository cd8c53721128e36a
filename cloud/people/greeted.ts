// What a hello shows of people: terminals that are new at a branch, agents that have lost what they were told, others in the place of a terminal.
import type { WantedStore } from '../../shared/domain/wanted-person.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import { sideBySide } from '../bounded.ts';
import type { DeviceRow } from '../directory/rows.ts';
import { lost, moved, replaced } from './place.ts';
import type { SpreadPorts } from './ports.ts';
import type { DeskRow } from './rows.ts';
import { digestOf } from './tell.ts';

const LANES = 10;
const NOBODY = digestOf([]);

/**
 * @param wanted what the agent keeps, as its hello says; undefined: it is older than that
 * @param named ids of the terminals that it speaks of
 * @returns ids of the terminals whose agent is to be told something
 */
export async function greetPeople(
  ports: SpreadPorts,
  { tenant, site }: SiteAddress,
  wanted: WantedStore | undefined,
  named: readonly string[],
): Promise<string[]> {
  if (named.length === 0) return [];
  const devices = (await ports.directory.namedDevices(tenant, named)).filter((row) => row.site === site);
  const desks = new Map(
    (
      await ports.people.desks(
        tenant,
        devices.map(({ id }) => id),
      )
    ).map((desk) => [desk.device, desk]),
  );
  const due = await sideBySide(devices, LANES, (device) =>
    greetDevice(ports, tenant, device, desks.get(device.id), wanted),
  );
  return devices.filter((_, index) => due[index] === true).map(({ id }) => id);
}

async function greetDevice(
  ports: SpreadPorts,
  tenant: string,
  { id, site, createdAt, serial = null }: DeviceRow,
  desk: DeskRow | undefined,
  wanted: WantedStore | undefined,
): Promise<boolean> {
  const { people } = ports;
  const stay = `${site} ${createdAt}`;
  const isNew = desk?.welcomed !== stay;
  const isOther = isOtherTerminal(desk, serial);
  const memory = wanted === undefined || desk === undefined ? 'as told' : memoryOf(desk, id, wanted);
  const knows = memory === 'as told';
  if (desk !== undefined && !isNew && !isOther && knows) {
    if (serial !== null && desk.serial !== serial) await people.noteDesk(desk, { serial });
    if (desk.due <= (desk.done ?? 0)) return false;
    await people.putOnDesk(tenant, id, site);
    return true;
  }
  await people.putOnDesk(tenant, id, site, {
    moves: true,
    full: true,
    ...(memory === 'otherwise' ? { goneToo: true } : {}),
    keeps: wanted?.devices[id] !== undefined,
    ...(memory === 'lost' && wanted !== undefined ? { store: wanted.store } : {}),
    ...(isNew ? { toWelcome: stay } : {}),
    ...(serial === null ? {} : { serial }),
  });
  const isElsewhere = isNew && desk?.welcomed !== undefined;
  await forget(ports, { tenant, device: id, site }, isOther ? 'another' : isElsewhere ? 'moved' : 'lost');
  return true;
}

/** All places of the terminal are told anew; where another one stands, or it stands elsewhere, nothing is known of it. */
async function forget(
  { people, clock }: SpreadPorts,
  { tenant, device, site }: { readonly tenant: string; readonly device: string; readonly site: string },
  what: 'another' | 'moved' | 'lost',
): Promise<void> {
  const now = clock.now();
  for (const row of await people.placesAt(tenant, device)) {
    await people.changePlace(row, (place) => {
      if (what === 'another') return replaced(place, site, now);
      return what === 'moved' || place.site !== site ? moved(place, site, now) : lost(place);
    });
  }
}

function isOtherTerminal(desk: DeskRow | undefined, serial: string | null): boolean {
  const before = desk?.serial ?? null;
  return before !== null && serial !== null && before !== serial;
}

/** Whether the agent keeps what it was told, has lost it, or keeps something else. */
function memoryOf({ store = null, digest = null, due, done = 0 }: DeskRow, id: string, wanted: WantedStore) {
  if (store !== null && store !== wanted.store) return 'lost';
  // What is on its way makes the two differ for a moment.
  if (due > done || digest === null) return 'as told';
  return (wanted.devices[id]?.digest ?? NOBODY) === digest ? 'as told' : 'otherwise';
}
