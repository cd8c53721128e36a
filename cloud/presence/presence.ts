// What hellos, last wills and disconnects make of the directory.
import { isDeepStrictEqual } from 'node:util';
import type * as z from 'zod';
import type { WantedStore } from '../../shared/domain/wanted-person.ts';
import {
  DEVICES_PER_SITE,
  type HelloDevice,
  heardHelloSchema,
  helloDeviceSchema,
  type PresenceEvent,
  willSchema,
} from '../../shared/wire/envelope.ts';
import type { ArgsOf } from '../../shared/wire/operations.ts';
import { sideBySide } from '../bounded.ts';
import type { DeviceFacts, Directory, Greeted } from '../directory/directory.ts';
import type { DeviceRow } from '../directory/rows.ts';
import { summaryOf } from '../directory/summary.ts';
import type { UpdateWish } from '../directory/update.ts';
import type { AskBroker } from './connections.ts';

type HeardHello = z.infer<typeof heardHelloSchema>;

/** Writes at a time: a hello may name 500 devices. */
const LANES = 20;

export interface PresenceResult {
  /** False where the event was older than what the directory knows. */
  readonly applied: boolean;
  /** Ids of the hello that another site of the tenant holds. */
  readonly refused: readonly string[];
  /** Entries of the hello that were passed over: not of the contract, or more than a site may hold. */
  readonly dropped: number;
}

/** What follows from it besides. */
interface Due {
  /** The update that the agent is to be told of. */
  readonly update: UpdateWish | null;
}

/** Sends the agent that speaks for the site what it does not know yet of its fence: since when it alone has spoken. */
export type SendFence = (word: ArgsOf<'site.tenure'>) => Promise<unknown>;

/** A message that does not match the contract: its sender's fault, and no repeat helps. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

function messageOf<T>(schema: z.ZodType<T>, event: PresenceEvent): T {
  try {
    return schema.parse(JSON.parse(Buffer.from(event.body ?? '', 'base64').toString('utf8')));
  } catch (cause) {
    throw new MalformedMessage(`a ${event.kind} that is none`, { cause });
  }
}

interface Heard {
  readonly devices: readonly HelloDevice[];
  /** Ids that were named, also by entries that were dropped: what is there of them stays as it is. */
  readonly named: ReadonlySet<string>;
  readonly dropped: number;
}

/** The entries that hold, each id once. */
function heardDevices(entries: readonly unknown[]): Heard {
  const devices = new Map<string, HelloDevice>();
  const named = new Set<string>();
  for (const entry of entries) {
    const result = helloDeviceSchema.safeParse(entry);
    if (result.success) devices.set(result.data.id, result.data);
    const id = (entry as { readonly id?: unknown } | null)?.id;
    if (typeof id === 'string') named.add(id);
  }
  return { devices: [...devices.values()], named, dropped: entries.length - devices.size };
}

function facts(site: string, device: HelloDevice): DeviceFacts {
  const { id, name, host, port, source, timezone, reachable, lastSeen } = device;
  const { state = null, since = null, reason = null, serial = null, punches = null } = device;
  // Null rather than left out: it replaces what an earlier hello said.
  const standing = { reachable, lastSeen, state, since, reason, serial, punches };
  return { id, site, name, host, port, source, timezone, ...standing };
}

function factsOf(row: DeviceRow | undefined): DeviceFacts | null {
  if (row === undefined) return null;
  const { createdAt: _created, updatedAt: _updated, changedAt: _changed, ...rest } = row;
  return rest;
}

async function greet(
  directory: Directory,
  event: PresenceEvent,
  sendFence: SendFence,
): Promise<PresenceResult & Due> {
  const { tenant, site, at: now } = event;
  const hello = messageOf(heardHelloSchema, event);
  const { session, agentVersion, seq, at, clockOffsetMs, journalDepth, certificate = null } = hello;
  const { ownSessions = [session], key = null, eventsWaiting = null, disk = null, update } = hello;
  const heard = heardDevices(hello.devices);
  const greeted = await directory.greet(
    tenant,
    site,
    {
      session,
      agentVersion,
      helloOrder: seq ?? at,
      clockOffsetMs,
      journalDepth,
      eventsWaiting,
      disk,
      devices: heard.devices,
      ownSessions,
      certificate,
      agentKey: key,
      update,
    },
    now,
  );
  const word = fenceFor(greeted, hello);
  // The agent's older commands wait for this word, and a hello may name hundreds of devices: so both at once.
  const [{ refused, foreign, dropped }] = await Promise.all([
    greeted.taken ? takeDevices(directory, event, hello, heard) : NOTHING_TAKEN,
    word === null ? undefined : sendFence(word),
  ]);
  await noteForeign(directory, event, greeted, heard, foreign);
  return { applied: greeted.taken, refused, dropped, update: greeted.update };
}

/** Terminals that turn out to be another site's must not be counted here; that they are is known to the next hello. */
async function noteForeign(
  directory: Directory,
  { tenant, site }: PresenceEvent,
  { taken, speaker, foreign: known }: Greeted,
  { devices }: Heard,
  foreign: readonly string[],
): Promise<void> {
  if (!taken || speaker === null || isDeepStrictEqual(known, foreign)) return;
  await directory.noteTerminals(tenant, site, speaker, summaryOf(devices, foreign));
}

type Taken = Pick<PresenceResult, 'refused' | 'dropped'> & { readonly foreign: readonly string[] };
const NOTHING_TAKEN: Taken = { refused: [], foreign: [], dropped: 0 };

/** Ids that another site of the tenant holds are refused; more than a site may hold are dropped. */
async function takeDevices(
  directory: Directory,
  { tenant, site, at: now }: PresenceEvent,
  { at, clockOffsetMs }: HeardHello,
  { devices, named, dropped }: Heard,
): Promise<Taken> {
  const [rows, listed] = await Promise.all([
    directory.namedDevices(
      tenant,
      devices.map(({ id }) => id),
    ),
    directory.deviceIds(tenant, site),
  ]);
  const known = new Map(rows.map((device) => [device.id, device]));
  // A change that the API made after the hello was sent cannot be in the hello.
  const sentAt = Math.min(now, at - (clockOffsetMs ?? 0));
  // The list may be a moment behind what is there; the rows by their keys are not.
  const own = new Set([...listed, ...rows.filter((device) => device.site === site).map(({ id }) => id)]);
  const missing = [...own].filter((id) => !named.has(id));
  const removed = await sideBySide(missing, LANES, (id) => directory.removeDevice(tenant, site, id, sentAt));
  const room = DEVICES_PER_SITE - own.size + removed.filter((isRemoved) => isRemoved).length;
  const told = devices.map((device) => facts(site, device));
  const excess = new Set(told.filter(({ id }) => !known.has(id)).slice(Math.max(0, room)));
  const changed = told.filter(
    (device) => !excess.has(device) && !isDeepStrictEqual(device, factsOf(known.get(device.id))),
  );
  const puts = await sideBySide(
    changed,
    LANES,
    async (device) =>
      (await directory.putDevice(tenant, device, sentAt, now)) || directory.noteContact(tenant, device, now),
  );
  const refused = changed.filter((_, index) => puts[index] === false).map(({ id }) => id);
  const foreign = [...refused, ...[...excess].map(({ id }) => id)].sort();
  return { refused: refused.sort(), foreign, dropped: dropped + excess.size };
}

/** A hello that comes too late is still news where it shows that another agent spoke after the fence of the one that speaks now. */
function fenceFor({ taken, speaker }: Greeted, { tenureSince }: HeardHello): ArgsOf<'site.tenure'> | null {
  if (speaker === null || (taken && (tenureSince === undefined || tenureSince === speaker.tenureSince))) {
    return null;
  }
  const { session, helloOrder: seq, tenureSince: since } = speaker;
  return { session, seq, since };
}

/**
 * Takes one presence event into the directory.
 *
 * @throws MalformedMessage if the message does not match the contract
 */
export async function applyPresence(
  directory: Directory,
  event: PresenceEvent,
  sendFence: SendFence,
  ask: AskBroker,
): Promise<PresenceResult & Due> {
  if (event.kind === 'hello') return greet(directory, event, sendFence);
  return { applied: await leave(directory, event, ask), refused: [], dropped: 0, update: null };
}

/**
 * The end of a connection comes late, twice and in any order: the end of one that a newer connection has replaced
 * changes nothing. The broker's times decide which was first; if the broker says that the agent is connected, it is.
 */
async function leave(directory: Directory, event: PresenceEvent, ask: AskBroker): Promise<boolean> {
  const { tenant, site, at, body } = event;
  const session = body === undefined ? null : messageOf(willSchema, event).session;
  if ((await directory.site(tenant, site))?.connected !== true) return false;
  if ((await ask(event))?.connected === true) return false;
  // A disconnect names no session: it ends that of the last hello, if none came since.
  return session === null
    ? directory.leaveQuiet(tenant, site, at)
    : directory.leave(tenant, site, session, at);
}

/** Ids of the terminals that a hello speaks of; none for other events. */
export function devicesIn(event: PresenceEvent): string[] {
  if (event.kind !== 'hello') return [];
  return heardDevices(messageOf(heardHelloSchema, event).devices).devices.map(({ id }) => id);
}

/** Who is kept at the terminals that a hello speaks of, as its agent says. */
export function wantedIn(event: PresenceEvent): WantedStore | undefined {
  return event.kind === 'hello' ? messageOf(heardHelloSchema, event).wanted : undefined;
}
