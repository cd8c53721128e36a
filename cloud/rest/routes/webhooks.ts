// The routes of webhooks.
import { ulid } from 'ulid';
import type { Principal } from '../../../shared/api/principal.ts';
import { seesEverySite } from '../../../shared/api/site-rights.ts';
import type { WebhookView } from '../../../shared/api/webhooks.ts';
import { commandIdSchema } from '../../../shared/domain/identifiers.ts';
import type { Directory } from '../../directory/directory.ts';
import { deviceNotFound } from '../../directory/locate.ts';
import { maySeeSite } from '../../directory/visible.ts';
import { endOfFeed, positionSchema } from '../../events/reading.ts';
import type { DeliveryPorts } from '../../webhooks/delivering.ts';
import { goodSecrets } from '../../webhooks/delivering.ts';
import type { WebhookRow } from '../../webhooks/rows.ts';
import { newSecret } from '../../webhooks/secrets.ts';
import type { Sender } from '../../webhooks/sender.ts';
import { type Answer, ok } from '../answer/answer.ts';
import { decodeCursor, encodeCursor } from '../answer/cursor.ts';
import { invalid } from '../answer/findings.ts';
import { message } from '../answer/messages.ts';
import { Problem } from '../answer/problem.ts';
import type { Call, Handlers } from '../request/call.ts';

/** The directory is what this caller sees of it. */
export interface WebhookPorts extends DeliveryPorts {
  readonly directory: Directory;
}

const MOST_WEBHOOKS = 20;
const DEFAULT_DELIVERIES = 100;
const MOST_DELIVERIES = 1000;
/** How long the secret before goes on signing. */
const OVERLAP_MS = 24 * 3600 * 1000;

function instantOf(epochMs: number): string | null {
  return epochMs === 0 ? null : new Date(epochMs).toISOString();
}

function shown(row: WebhookRow): WebhookView {
  const { id, url, types, devices, sites, state, pause } = row;
  return {
    id,
    url,
    types,
    devices,
    sites,
    state,
    ...(pause === null ? {} : { reason: pause }),
    failing_since: instantOf(row.failingSince),
    next_attempt_at: instantOf(row.nextAt),
    created_at: new Date(row.createdAt).toISOString(),
    updated_at: new Date(row.updatedAt).toISOString(),
  };
}

/** A URL as it is kept; throws 400 for one that nothing may be sent to. Names are looked up when it is sent. */
function checkedUrl(sender: Sender, text: string): string {
  const url = URL.parse(text);
  if (url === null || !sender.mayCall(url)) throw invalid('url', 'webhook_url');
  return url.href;
}

/** A webhook tells what it is about to whoever owns its address: one about other branches is not there for a caller. */
function maySee(principal: Principal, sites: readonly string[] | null): boolean {
  if (sites === null) return seesEverySite(principal.sites);
  return sites.every((site) => maySeeSite(principal, site));
}

interface Places {
  readonly sites?: readonly string[] | null | undefined;
  readonly devices?: readonly string[] | null | undefined;
}

/**
 * A mistyped name would be a webhook that never tells anything. Throws 404 for a branch or terminal that is not there for
 * the caller, 400 where branches must be named and are not.
 */
async function checkPlaces(
  { directory }: WebhookPorts,
  principal: Principal,
  { sites, devices }: Places,
): Promise<void> {
  if (sites !== undefined) {
    const there = new Set(
      sites === null ? [] : (await directory.sites(principal.tenant)).map(({ site }) => site),
    );
    const missing = sites?.find((site) => !there.has(site));
    if (missing !== undefined) throw new Problem('site_not_found', { params: { site: missing } });
    if (!maySee(principal, sites)) throw invalid('sites', 'site_needed');
  }
  if (devices === undefined || devices === null) return;
  const known = new Set((await directory.devices(principal.tenant)).map(({ id }) => id));
  const unknown = devices.find((id) => !known.has(id));
  if (unknown !== undefined) throw await deviceNotFound(directory, principal, unknown);
}

type WebhookCall = Call<'webhookGet' | 'webhookUpdate' | 'webhookDelete' | 'webhookTest' | 'deliveryList'>;

async function found({ webhooks }: WebhookPorts, { principal, params }: WebhookCall): Promise<WebhookRow> {
  const id = commandIdSchema.safeParse(params.id);
  const row = id.success ? await webhooks.get(principal.tenant, id.data) : null;
  if (row === null || !maySee(principal, row.sites)) throw new Problem('webhook_not_found');
  return row;
}

async function listWebhooks({ webhooks }: WebhookPorts, call: Call<'webhookList'>): Promise<Answer> {
  const all = await webhooks.list(call.principal.tenant);
  const rows = all.filter(({ sites }) => maySee(call.principal, sites));
  return ok({ total: rows.length, data: rows.map(shown) });
}

async function getWebhook(ports: WebhookPorts, call: Call<'webhookGet'>): Promise<Answer> {
  return ok({ data: shown(await found(ports, call)) });
}

async function createWebhook(ports: WebhookPorts, call: Call<'webhookCreate'>): Promise<Answer> {
  const { webhooks, feed, sender, seal, clock } = ports;
  const { tenant } = call.principal;
  const url = checkedUrl(sender, call.body.url);
  if ((await webhooks.list(tenant)).length >= MOST_WEBHOOKS) {
    throw new Problem('webhook_limit', { params: { most: MOST_WEBHOOKS } });
  }
  const now = clock.now();
  const id = ulid(now);
  const secret = newSecret();
  const { types = null, devices = null, sites = null } = call.body;
  await checkPlaces(ports, call.principal, { sites, devices });
  const row: WebhookRow = {
    tenant,
    id,
    url,
    types,
    devices,
    sites,
    state: 'active',
    pause: null,
    secrets: [{ sealed: seal.close(secret, `${tenant}/${id}`), until: null }],
    position: await endOfFeed(feed, clock, tenant),
    ahead: [],
    failingSince: 0,
    failures: 0,
    nextAt: 0,
    holder: '',
    heldUntil: 0,
    createdAt: now,
    updatedAt: now,
  };
  await webhooks.add(row);
  return ok({ message: message('webhookCreate', call.language, {}), data: { ...shown(row), secret } });
}

/** The new secret first; the one before signs for a while beside it, and older ones no more. */
function rotated({ tenant, id, secrets }: WebhookRow, { seal, clock }: WebhookPorts, secret: string) {
  const fresh = { sealed: seal.close(secret, `${tenant}/${id}`), until: null };
  const [before] = secrets;
  return before === undefined ? [fresh] : [fresh, { ...before, until: clock.now() + OVERLAP_MS }];
}

/** What a webhook begins with when it goes on: nothing of its failures. */
const FRESH = { pause: null, failingSince: 0, failures: 0, nextAt: 0 } as const;

async function updateWebhook(ports: WebhookPorts, call: Call<'webhookUpdate'>): Promise<Answer> {
  const { webhooks, sender, clock } = ports;
  const { url, types, devices, sites, state, rotate_secret, after } = call.body;
  const position = after === undefined ? undefined : decodeCursor(positionSchema, after, 'after');
  const checked = url === undefined ? undefined : checkedUrl(sender, url);
  const row = await found(ports, call);
  await checkPlaces(ports, call.principal, { sites, devices });
  const secret = rotate_secret === true ? newSecret() : undefined;
  const change: Partial<WebhookRow> = {
    updatedAt: clock.now(),
    ...(checked === undefined ? {} : { url: checked }),
    ...(types === undefined ? {} : { types }),
    ...(devices === undefined ? {} : { devices }),
    ...(sites === undefined ? {} : { sites }),
    ...(state === 'active' ? { state, ...FRESH } : {}),
    ...(state === 'paused' ? { state, pause: 'caller' as const } : {}),
    ...(position === undefined ? {} : { position, ahead: [], nextAt: 0 }),
    ...(secret === undefined ? {} : { secrets: rotated(row, ports, secret) }),
  };
  const changed = await webhooks.change(row, change);
  if (changed === null) throw new Problem('webhook_not_found');
  return ok({
    message: message('webhookUpdate', call.language, {}),
    data: { ...shown(changed), ...(secret === undefined ? {} : { secret }) },
  });
}

async function deleteWebhook(ports: WebhookPorts, call: Call<'webhookDelete'>): Promise<Answer> {
  const { tenant, id } = await found(ports, call);
  if (!(await ports.webhooks.remove(tenant, id))) throw new Problem('webhook_not_found');
  return ok({ message: message('webhookDelete', call.language, {}) });
}

async function testWebhook(ports: WebhookPorts, call: Call<'webhookTest'>): Promise<Answer> {
  const { sender, seal, clock } = ports;
  const row = await found(ports, call);
  const now = clock.now();
  const id = `test_${ulid(now).toLowerCase()}`;
  const event = {
    id,
    type: 'webhook.test',
    timestamp: new Date(now).toISOString(),
    data: { webhook_id: row.id },
  };
  const secrets = goodSecrets(row, seal, now);
  return ok({ data: await sender.send({ url: row.url, secrets }, { id, body: JSON.stringify(event) }) });
}

async function listDeliveries(ports: WebhookPorts, call: Call<'deliveryList'>): Promise<Answer> {
  const { limit = DEFAULT_DELIVERIES, cursor } = call.query;
  const after = cursor === undefined ? undefined : decodeCursor(commandIdSchema, cursor);
  const { tenant, id } = await found(ports, call);
  const page = await ports.webhooks.deliveries(tenant, id, Math.min(limit, MOST_DELIVERIES), after);
  const data = page.rows.map(({ eventId, at, ...rest }) => ({
    ...rest,
    event_id: eventId,
    at: new Date(at).toISOString(),
  }));
  return ok({ data, ...(page.next === undefined ? {} : { next_cursor: encodeCursor(page.next) }) });
}

export const webhookHandlers: Handlers<'webhooks', WebhookPorts> = {
  webhookList: listWebhooks,
  webhookCreate: createWebhook,
  webhookGet: getWebhook,
  webhookUpdate: updateWebhook,
  webhookDelete: deleteWebhook,
  webhookTest: testWebhook,
  deliveryList: listDeliveries,
};
