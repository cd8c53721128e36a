// Delivers the feed to one webhook, from where it stands: the events of a terminal one after the other, terminals side by
// side. One function at a time does so; if it is killed, another goes on from the position that was noted last.
import { randomUUID } from 'node:crypto';
import { ulid } from 'ulid';
import type { WebhookPause } from '../../shared/domain/webhook.ts';
import type { Happening } from '../../shared/wire/happening.ts';
import { sideBySide } from '../bounded.ts';
import type { Clock } from '../clock.ts';
import type { Feed } from '../events/feed.ts';
import { isExpired, readFeed, type Told } from '../events/reading.ts';
import { eventView } from '../events/views.ts';
import { log } from '../log.ts';
import { GIVE_UP_MS, GONE, pauseAfter } from './pauses.ts';
import { type WebhookRow, wants } from './rows.ts';
import type { Seal } from './secrets.ts';
import type { Attempt, Sender } from './sender.ts';
import type { Webhooks } from './webhooks.ts';

export interface DeliveryPorts {
  readonly webhooks: Webhooks;
  readonly feed: Feed;
  readonly sender: Sender;
  readonly seal: Seal;
  readonly clock: Clock;
}

/** Events between two notes of the position. */
const WINDOW = 40;
/** Terminals at a time. */
const LANES = 8;
/** Who dies holds nobody up for longer. */
const HOLD_MS = 60_000;
/** Nothing is begun that might outlive the hold: another would send the same beside it. */
const LAST_TRY_MS = 15_000;
/**
 * The secrets that sign at this time, the newest first; those that were sealed under another key of the installation are
 * lost.
 *
 * @throws Error where none is left: nothing may be sent without a signature
 */
export function goodSecrets({ tenant, id, secrets }: WebhookRow, seal: Seal, now: number): string[] {
  const good = secrets
    .filter(({ until }) => until === null || until > now)
    .flatMap(({ sealed }) => {
      try {
        return [seal.open(sealed, `${tenant}/${id}`)];
      } catch {
        return [];
      }
    });
  if (good.length === 0) throw new Error(`webhook ${id} needs a new secret`);
  return good;
}

interface Round {
  /** Ids of what was delivered. */
  readonly delivered: readonly string[];
  /** The try that failed; null: none. */
  readonly failed: Attempt | null;
}

/** Events of one terminal, or of none, keep their order. */
function lanesOf(events: readonly Happening[]): Happening[][] {
  return [...Map.groupBy(events, ({ device, site }) => `${site ?? ''}/${device ?? ''}`).values()];
}

async function sendAll(
  ports: DeliveryPorts,
  row: WebhookRow,
  events: readonly Happening[],
  endsAt: number,
): Promise<Round> {
  const { sender, webhooks, seal, clock } = ports;
  const secrets = goodSecrets(row, seal, clock.now());
  const delivered: string[] = [];
  const notes: Promise<void>[] = [];
  let failed: Attempt | null = null;
  await sideBySide(lanesOf(events), LANES, async (lane) => {
    for (const event of lane) {
      if (failed !== null || clock.now() >= endsAt) return;
      const message = { id: event.id, body: JSON.stringify(eventView(event)) };
      const at = clock.now();
      const attempt = await sender.send({ url: row.url, secrets }, message);
      const note = { id: ulid(at), eventId: event.id, type: event.type, at, ...attempt };
      notes.push(
        webhooks
          .log(row.tenant, row.id, note)
          .catch((error: Error) => log.warn('delivery not logged', error)),
      );
      if (!attempt.delivered) failed ??= attempt;
      else delivered.push(event.id);
    }
  });
  await Promise.all(notes);
  return { delivered, failed };
}

/** What a webhook that has failed is like. */
function afterFailure(row: WebhookRow, { status }: Attempt, now: number): Partial<WebhookRow> {
  const failingSince = row.failingSince === 0 ? now : row.failingSince;
  const failures = row.failures + 1;
  const news = { failingSince, failures, nextAt: now + pauseAfter(failures) };
  if (status === GONE) return { ...news, state: 'paused', pause: 'gone' };
  return now - failingSince < GIVE_UP_MS ? news : { ...news, state: 'paused', pause: 'failing' };
}

/** Tells the tenant in the feed that a webhook is paused; told again under the same id if it is not noted afterwards. */
async function tellPaused({ feed }: DeliveryPorts, row: WebhookRow, reason: WebhookPause, now: number) {
  const { tenant, id, url, failingSince } = row;
  log.warn('webhook paused', { webhook: id, reason });
  const paused: Happening = {
    id: `paused_${id.toLowerCase()}_${failingSince}`,
    type: 'webhook.paused',
    at: now,
    data: { webhook_id: id, url, reason },
  };
  await feed.append(tenant, [paused]);
}

type Step = 'more' | 'end' | 'lost';

/** One window of the feed: read, sent, noted. */
async function step(ports: DeliveryPorts, row: WebhookRow, holder: string, endsAt: number) {
  const { webhooks, feed, clock } = ports;
  const { tenant, ahead } = row;
  const settle = async (news: Partial<WebhookRow>, next: Step): Promise<{ row: WebhookRow; next: Step }> => {
    const held = next === 'more' ? clock.now() + HOLD_MS : 0;
    const isNoted = await webhooks.note(row, holder, { ...news, heldUntil: held });
    return { row: { ...row, ...news, heldUntil: held }, next: isNoted ? next : 'lost' };
  };
  if (isExpired(row.position, clock.now())) {
    await tellPaused(ports, row, 'expired', clock.now());
    return settle({ state: 'paused', pause: 'expired' }, 'end');
  }
  const told: Told = await readFeed(feed, clock, {
    tenant,
    after: row.position,
    limit: WINDOW,
    wants: (event) => wants(row, event),
  });
  const waiting = told.events.filter(({ id }) => !ahead.includes(id));
  const round = await sendAll(ports, row, waiting, Math.min(endsAt, row.heldUntil - LAST_TRY_MS));
  const isWhole = round.delivered.length === waiting.length;
  const done = isWhole ? { position: told.position, ahead: [] } : { ahead: [...ahead, ...round.delivered] };
  if (round.failed === null) {
    const news = {
      ...done,
      ...(round.delivered.length > 0 ? { failingSince: 0, failures: 0, nextAt: 0 } : {}),
    };
    const isMore = !isWhole || told.events.length === WINDOW;
    return settle(news, isMore && clock.now() < endsAt ? 'more' : 'end');
  }
  const news = afterFailure(row, round.failed, clock.now());
  if (news.pause) await tellPaused(ports, { ...row, ...news }, news.pause, clock.now());
  return settle({ ...done, ...news }, 'end');
}

/**
 * Delivers what there is, unless another does so already.
 *
 * @param endsAt epoch ms after which nothing new is begun
 */
export async function deliverTo(ports: DeliveryPorts, webhook: WebhookRow, endsAt: number): Promise<void> {
  const { webhooks, feed, clock } = ports;
  const holder = randomUUID();
  let position = webhook.position;
  while (clock.now() < endsAt && (await feed.last(webhook.tenant)) >= position.entry) {
    const held = await webhooks.hold(webhook, holder, clock.now(), clock.now() + HOLD_MS);
    if (held === null) return;
    let [row, next]: [WebhookRow, Step] = [held, 'more'];
    try {
      while (next === 'more') ({ row, next } = await step(ports, row, holder, endsAt));
    } catch (error) {
      // The store or the feed has failed, not this function: nobody need wait until its hold is over.
      await webhooks.note(row, holder, { heldUntil: 0 }).catch(() => false);
      throw error;
    }
    if (next === 'lost' || row.state === 'paused' || row.nextAt > 0) return;
    // What came since the last look, whose own caller found this hold, is looked for once more.
    position = row.position;
  }
}
