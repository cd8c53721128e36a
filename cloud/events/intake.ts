// Takes a batch of an agent's events: punches are stored once, then all of it goes into the feed, then it is noted how
// far the journal is stored. Killed at any step, the agent sends the batch again, and what was done is found done.
import { gunzipSync } from 'node:zlib';
import {
  type AgentEvent,
  agentEventSchema,
  EVENTS_UNZIPPED_BYTES,
  type HandEvent,
  type HeardBatch,
  heardBatchSchema,
  type PersonEvent,
  type RuleEvent,
  type UserEvent,
} from '../../shared/wire/events.ts';
import type { Happening } from '../../shared/wire/happening.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { Feed } from './feed.ts';
import type { JournalAddress, Journals } from './journals.ts';
import type { Punches, StoredPunch } from './punches.ts';
import { punchData } from './views.ts';

export interface IntakePorts {
  readonly punches: Punches;
  readonly journals: Journals;
  readonly feed: Feed;
  /** Notes what is told of people. */
  readonly hearPeople: (
    from: SiteAddress & { readonly journal: string },
    events: readonly Numbered<PersonEvent | HandEvent>[],
  ) => Promise<void>;
  /** Epoch ms. */
  readonly now: () => number;
}

export interface Taken {
  /** Everything of the journal up to here, the batch's own number, is stored. */
  readonly seq: number;
  /** Happenings that went into the feed. */
  readonly told: number;
  /** Events that do not match the contract: skipped, so that they hold up no others. */
  readonly dropped: number;
}

/** A message that is not a batch: its sender's fault, and no repeat helps. */
export class MalformedBatch extends Error {
  override readonly name = 'MalformedBatch';
}

/** @throws MalformedBatch */
export function batchOf(gzipped: Uint8Array): HeardBatch {
  try {
    const text = gunzipSync(gzipped, { maxOutputLength: EVENTS_UNZIPPED_BYTES }).toString('utf8');
    return heardBatchSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new MalformedBatch('no batch of events', { cause });
  }
}

export interface Numbered<E extends AgentEvent = AgentEvent> {
  readonly event: E;
  readonly number: number;
}

/** The events with their numbers: that of the last one is the batch's own. Those that are the same come once. */
function numbered({ seq, events }: HeardBatch): { readonly heard: Numbered[]; readonly dropped: number } {
  const before = seq - events.length;
  const heard = new Map<string, Numbered>();
  let dropped = 0;
  for (const [index, given] of events.entries()) {
    const parsed = agentEventSchema.safeParse(given);
    if (!parsed.success) dropped++;
    else if (!heard.has(parsed.data.id)) {
      heard.set(parsed.data.id, { event: parsed.data, number: before + index + 1 });
    }
  }
  return { heard: [...heard.values()], dropped };
}

function userHappening(
  { id, type, device, at, user_id, uid, by, fields }: UserEvent,
  site: string,
): Happening {
  const data = { device_id: device, site, user_id, uid, by, ...(fields === undefined ? {} : { fields }) };
  return { id, type, at, site, device, data };
}

function ruleHappening(
  { id, type, device, at, user_id, identifier_type, reason }: RuleEvent,
  site: string,
): Happening {
  const data = { device_id: device, site, user_id, identifier_type, reason };
  return { id, type, at, site, device, data };
}

function personHappening(
  { id, type, device, at, user_id, person, version, there, fields, code }: PersonEvent,
  site: string,
): Happening {
  const told = { ...(fields && { fields }), ...(code !== undefined && { code }) };
  const data = { device_id: device, site, user_id, person_id: person, version, wanted: there, ...told };
  return { id, type, at, site, device, data };
}

function happeningOf(event: Exclude<AgentEvent, HandEvent>, site: string): Happening {
  if (event.type === 'punch') {
    const { id, device, at } = event;
    return { id, type: 'punch.created', at, site, device, data: { ...punchData(event, site) } };
  }
  if ('person' in event) return personHappening(event, site);
  return 'identifier_type' in event ? ruleHappening(event, site) : userHappening(event, site);
}

/**
 * Whether the feed may lack a punch that was stored before: one whose journal is not noted as far has perhaps died before
 * it told it, and its agent need not come back. Each journal is asked for once.
 */
function untoldBy(ports: IntakePorts, own: JournalAddress, ownSeq: number) {
  const known = new Map([[`${own.site} ${own.journal}`, Promise.resolve(ownSeq)]]);
  return async ({ origin: { site, journal, number }, isNew }: StoredPunch): Promise<boolean> => {
    if (isNew) return true;
    const name = `${site} ${journal}`;
    const seq = known.get(name) ?? ports.journals.seq({ tenant: own.tenant, site, journal });
    known.set(name, seq);
    return number > (await seq);
  };
}

/**
 * Stores and tells a batch. Whether a punch is there is asked of the store, never taken from its number: a journal that
 * somebody put back from a copy counts some numbers twice. Throws what the store throws: the agent sends it again.
 */
export async function takeBatch(ports: IntakePorts, at: SiteAddress, batch: HeardBatch): Promise<Taken> {
  const { site, tenant } = at;
  const { seq, journal } = batch;
  const address = { tenant, site, journal };
  const storedUpTo = await ports.journals.seq(address);
  const { heard, dropped } = numbered(batch);
  const punches = heard.flatMap(({ event, number }) =>
    event.type === 'punch' ? [{ punch: event, number }] : [],
  );
  const stored = await ports.punches.store(tenant, address, punches, ports.now());
  const isUntold = untoldBy(ports, address, storedUpTo);
  const byId = new Map(punches.map(({ punch }, index) => [punch.id, stored[index]]));
  const news: Happening[] = [];
  for (const { event, number } of heard) {
    // For those who carry fingers alone.
    if (event.type === 'person.fingers') continue;
    const punch = byId.get(event.id);
    const isNews = punch === undefined ? number > storedUpTo : await isUntold(punch);
    if (isNews) news.push(happeningOf(event, site));
  }
  const ofPeople = heard.flatMap(({ event, number }) => ('person' in event ? [{ event, number }] : []));
  if (ofPeople.length > 0) await ports.hearPeople({ tenant, site, journal }, ofPeople);
  await ports.feed.append(tenant, news);
  if (seq > storedUpTo) await ports.journals.note(address, seq, ports.now());
  return { seq, told: news.length, dropped };
}
