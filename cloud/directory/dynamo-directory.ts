// The directory in DynamoDB: single-item conditional writes on the tenant's partition.
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { parseClientId } from '../../shared/wire/identifiers.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import { sideBySide } from '../bounded.ts';
import { deleteIf, updateIf } from '../conditional.ts';
import { allItems, itemsOf } from '../dynamo.ts';
import { indexed, keys, type RowKey } from '../keys.ts';
import { OPS_INDEX } from '../table.ts';
import type { DeviceChange, DeviceFacts, Directory, Greeted, SiteHello, Speaker } from './directory.ts';
import { type DeviceRow, deviceRowSchema, type SiteRow, siteRowSchema } from './rows.ts';
import { isNews, speakerAfter, speakerOf } from './speaker.ts';

/** Hellos of one site that come at the same moment are taken one after the other. */
const GREETING_ROUNDS = 10;
/** Deletes at a time: a site holds 500 devices at most. */
const FREEING_LANES = 20;

/** `SET` of plain values: names and values are made from the object's own keys. */
function assignments(values: Readonly<Record<string, unknown>>) {
  const names = Object.keys(values).filter((name) => values[name] !== undefined);
  return {
    set: names.map((name) => `#${name} = :${name}`).join(', '),
    names: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    values: Object.fromEntries(names.map((name) => [`:${name}`, values[name]])),
  };
}

export class DynamoDirectory implements Directory {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async site(tenant: string, site: string): Promise<SiteRow | null> {
    const item = await this.#get(keys.site(tenant, site));
    return item === undefined ? null : siteRowSchema.parse(item);
  }

  async sites(tenant: string): Promise<SiteRow[]> {
    return (await this.#list(tenant, 'S#')).map((item) => siteRowSchema.parse(item));
  }

  async device(tenant: string, id: string): Promise<DeviceRow | null> {
    const item = await this.#get(keys.device(tenant, id));
    return item === undefined ? null : deviceRowSchema.parse(item);
  }

  async devices(tenant: string): Promise<DeviceRow[]> {
    return (await this.#list(tenant, 'D#')).map((item) => deviceRowSchema.parse(item));
  }

  async namedDevices(tenant: string, ids: readonly string[]): Promise<DeviceRow[]> {
    const wanted = ids.map((id) => ({ ...keys.device(tenant, id) }));
    const items = await itemsOf(this.#client, this.#table, wanted);
    return items.map((item) => deviceRowSchema.parse(item));
  }

  async deviceIds(tenant: string, site: string): Promise<string[]> {
    const { opsPk } = indexed.deviceOf(tenant, site, '');
    const rows = await allItems(this.#client, {
      TableName: this.#table,
      IndexName: OPS_INDEX,
      KeyConditionExpression: 'opsPk = :pk',
      ExpressionAttributeValues: { ':pk': opsPk },
      ProjectionExpression: 'id',
    });
    return rows.map(({ id }) => String(id));
  }

  putDevice(tenant: string, device: DeviceFacts, saidAt: number, now: number): Promise<boolean> {
    const condition =
      'attribute_not_exists(pk) OR (#site = :site AND (attribute_not_exists(changedAt) OR changedAt <= :saidAt))';
    return this.#upsertDevice(tenant, device, now, condition, { ':saidAt': saidAt });
  }

  addDevice(tenant: string, device: DeviceFacts, now: number): Promise<boolean> {
    return this.#upsertDevice(tenant, device, now, 'attribute_not_exists(pk)');
  }

  changeDevice(tenant: string, site: string, id: string, change: DeviceChange, now: number) {
    return this.#updateDevice(tenant, site, id, { ...change, changedAt: now, updatedAt: now });
  }

  noteContact(tenant: string, { site, id, ...facts }: DeviceFacts, now: number) {
    const { reachable, lastSeen, state, since, reason, serial } = facts;
    const contact = { reachable, lastSeen, state, since, reason, serial };
    return this.#updateDevice(tenant, site, id, { ...contact, updatedAt: now });
  }

  #updateDevice(tenant: string, site: string, id: string, values: Partial<DeviceRow>): Promise<boolean> {
    const update = assignments(values);
    return updateIf(this.#client, {
      TableName: this.#table,
      Key: { ...keys.device(tenant, id) },
      UpdateExpression: `SET ${update.set}`,
      ConditionExpression: '#site = :site',
      ExpressionAttributeNames: { ...update.names, '#site': 'site' },
      ExpressionAttributeValues: { ...update.values, ':site': site },
    });
  }

  #upsertDevice(
    tenant: string,
    device: DeviceFacts,
    now: number,
    condition: string,
    compared: Readonly<Record<string, number>> = {},
  ): Promise<boolean> {
    const { site, id } = device;
    const update = assignments({ ...device, ...indexed.deviceOf(tenant, site, id), updatedAt: now });
    return updateIf(this.#client, {
      TableName: this.#table,
      Key: { ...keys.device(tenant, device.id) },
      UpdateExpression: `SET ${update.set}, createdAt = if_not_exists(createdAt, :updatedAt)`,
      ConditionExpression: condition,
      ExpressionAttributeNames: update.names,
      ExpressionAttributeValues: { ...update.values, ...compared },
    });
  }

  removeDevice(tenant: string, site: string, id: string, notAfter?: number): Promise<boolean> {
    return deleteIf(this.#client, {
      TableName: this.#table,
      Key: { ...keys.device(tenant, id) },
      ConditionExpression: `#site = :site${notAfter === undefined ? '' : ' AND createdAt <= :notAfter'}`,
      ExpressionAttributeNames: { '#site': 'site' },
      ExpressionAttributeValues: {
        ':site': site,
        ...(notAfter === undefined ? {} : { ':notAfter': notAfter }),
      },
    });
  }

  async freeDevices(tenant: string, site: string): Promise<void> {
    const own = (await this.devices(tenant)).filter((device) => device.site === site);
    await sideBySide(own, FREEING_LANES, ({ id }) => this.removeDevice(tenant, site, id));
  }

  async greet(tenant: string, site: string, hello: SiteHello, now: number): Promise<Greeted> {
    for (let round = 1; round <= GREETING_ROUNDS; round++) {
      const row = await this.site(tenant, site);
      if ((row?.revokedAt ?? Number.NEGATIVE_INFINITY) >= now) return { taken: false, speaker: null };
      const known = speakerOf(row);
      const taken = isNews(known, hello, now);
      const speaker = speakerAfter(known, hello, now);
      if (speaker === null) return { taken, speaker };
      const arrival = row?.connected === true ? {} : { since: now };
      const news = taken
        ? { ...hello, ...speaker, ...arrival, ...indexed.connected(tenant, site), connected: true }
        : speaker;
      if (await this.#note(tenant, site, news, known, now)) return { taken, speaker };
    }
    throw new Error(`the hellos of site ${site} contradict each other`);
  }

  /** False if the site's speaker is not `known` any more. */
  #note(
    tenant: string,
    site: string,
    news: Speaker,
    known: Speaker | null,
    heardAt: number,
  ): Promise<boolean> {
    const update = assignments({ ...news, site });
    const before =
      known === null
        ? { condition: 'attribute_not_exists(#session)', values: {} }
        : {
            condition:
              '#session = :wasSession AND #helloOrder = :wasOrder AND #lastHello = :wasLast' +
              ' AND (attribute_not_exists(#tenureSince) OR #tenureSince = :wasSince)',
            values: {
              ':wasSession': known.session,
              ':wasOrder': known.helloOrder,
              ':wasLast': known.lastHello,
              ':wasSince': known.tenureSince,
            },
          };
    return updateIf(this.#client, {
      TableName: this.#table,
      Key: { ...keys.site(tenant, site) },
      UpdateExpression: `SET ${update.set}, createdAt = if_not_exists(createdAt, :lastHello), #name = if_not_exists(#name, :site)`,
      // Whoever revoked the agent meanwhile has freed its devices.
      ConditionExpression: `(${before.condition}) AND (attribute_not_exists(revokedAt) OR revokedAt < :heardAt)`,
      ExpressionAttributeNames: { ...update.names, '#name': 'name' },
      ExpressionAttributeValues: { ...update.values, ...before.values, ':heardAt': heardAt },
    });
  }

  leave(tenant: string, site: string, session: string, now: number): Promise<boolean> {
    const condition = '#session = :session AND lastHello < :quiet';
    return this.#disconnect(tenant, site, now, condition, { ':session': session, ':quiet': now });
  }

  leaveQuiet(tenant: string, site: string, quietSince: number, since = quietSince): Promise<boolean> {
    return this.#disconnect(tenant, site, since, 'lastHello < :quiet', { ':quiet': quietSince });
  }

  #disconnect(
    tenant: string,
    site: string,
    since: number,
    condition: string,
    compared: Readonly<Record<string, string | number>>,
  ) {
    return updateIf(this.#client, {
      TableName: this.#table,
      Key: { ...keys.site(tenant, site) },
      UpdateExpression: 'SET connected = :no, #since = :since REMOVE opsPk, opsSk',
      ConditionExpression: `connected = :yes AND ${condition}`,
      ExpressionAttributeNames: {
        '#since': 'since',
        ...(':session' in compared ? { '#session': 'session' } : {}),
      },
      ExpressionAttributeValues: { ':no': false, ':yes': true, ':since': since, ...compared },
    });
  }

  async connectedSites(): Promise<SiteAddress[]> {
    const { opsPk } = indexed.connected('', '');
    const rows = await allItems(this.#client, {
      TableName: this.#table,
      IndexName: OPS_INDEX,
      KeyConditionExpression: 'opsPk = :pk',
      ExpressionAttributeValues: { ':pk': opsPk },
      ProjectionExpression: 'opsSk',
    });
    return rows.flatMap(({ opsSk }) => {
      const at = parseClientId(String(opsSk));
      return at === null ? [] : [at];
    });
  }

  async #get(key: RowKey): Promise<Record<string, unknown> | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: { ...key }, ConsistentRead: true }),
    );
    return Item;
  }

  #list(tenant: string, prefix: string): Promise<Record<string, unknown>[]> {
    return allItems(this.#client, {
      TableName: this.#table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': keys.tenant(tenant), ':prefix': prefix },
      ConsistentRead: true,
    });
  }
}
