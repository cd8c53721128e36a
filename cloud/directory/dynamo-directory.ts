// The directory in DynamoDB: single-item conditional writes on the tenant's partition.
import { parseClientId } from '../../shared/domain/identifiers.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import { sideBySide } from '../bounded.ts';
import { assignments, type Row } from '../store/expressions.ts';
import { indexed, keys } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import type { DeviceChange, DeviceFacts, Directory, Greeted, SiteHello, Speaker } from './directory.ts';
import { type DeviceRow, deviceRowSchema, type SiteRow, siteRowSchema } from './rows.ts';
import { isNews, speakerAfter, speakerOf } from './speaker.ts';
import { type Summary, summaryOf } from './summary.ts';
import { troublesAfter } from './troubles.ts';
import { dueUpdate, heardAfter } from './update.ts';

/** Hellos of one site that come at the same moment are taken one after the other. */
const GREETING_ROUNDS = 10;
/** Deletes at a time: a site holds 500 devices at most. */
const FREEING_LANES = 20;

export class DynamoDirectory implements Directory {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async site(tenant: string, site: string): Promise<SiteRow | null> {
    const row = await this.#table.get(keys.site(tenant, site));
    return row === null ? null : siteRowSchema.parse(row);
  }

  async sites(tenant: string): Promise<SiteRow[]> {
    return (await this.#list(tenant, 'S#')).map((row) => siteRowSchema.parse(row));
  }

  async namedSites(tenant: string, sites: readonly string[]): Promise<SiteRow[]> {
    const rows = await this.#table.getAll(sites.map((site) => keys.site(tenant, site)));
    return rows.map((row) => siteRowSchema.parse(row));
  }

  async device(tenant: string, id: string): Promise<DeviceRow | null> {
    const row = await this.#table.get(keys.device(tenant, id));
    return row === null ? null : deviceRowSchema.parse(row);
  }

  async isTaken(tenant: string, id: string): Promise<boolean> {
    return (await this.device(tenant, id)) !== null;
  }

  async devices(tenant: string): Promise<DeviceRow[]> {
    return (await this.#list(tenant, 'D#')).map((row) => deviceRowSchema.parse(row));
  }

  async namedDevices(tenant: string, ids: readonly string[]): Promise<DeviceRow[]> {
    const rows = await this.#table.getAll(ids.map((id) => keys.device(tenant, id)));
    return rows.map((row) => deviceRowSchema.parse(row));
  }

  async deviceIds(tenant: string, site: string): Promise<string[]> {
    const { opsPk } = indexed.deviceOf(tenant, site, '');
    const rows = await this.#table.query({ index: true, pk: opsPk, only: ['id'] });
    return rows.map(({ id }) => String(id));
  }

  putDevice(tenant: string, device: DeviceFacts, saidAt: number, now: number): Promise<boolean> {
    const condition =
      'attribute_not_exists(pk) OR (#site = :site AND (attribute_not_exists(changedAt) OR changedAt <= :saidAt))';
    return this.#upsertDevice(tenant, device, now, condition, { saidAt });
  }

  addDevice(tenant: string, device: DeviceFacts, now: number): Promise<boolean> {
    return this.#upsertDevice(tenant, device, now, 'attribute_not_exists(pk)');
  }

  changeDevice(tenant: string, site: string, id: string, change: DeviceChange, now: number) {
    return this.#updateDevice(tenant, site, id, { ...change, changedAt: now, updatedAt: now });
  }

  noteContact(tenant: string, { site, id, ...facts }: DeviceFacts, now: number) {
    const { reachable, lastSeen, state, since, reason, serial, punches } = facts;
    const contact = { reachable, lastSeen, state, since, reason, serial, punches };
    return this.#updateDevice(tenant, site, id, { ...contact, updatedAt: now });
  }

  #updateDevice(tenant: string, site: string, id: string, values: Partial<DeviceRow>): Promise<boolean> {
    return this.#table.updateIf(keys.device(tenant, id), {
      set: assignments(values),
      condition: '#site = :site',
      values: { ...values, site },
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
    const values = { ...device, ...indexed.deviceOf(tenant, site, id), updatedAt: now };
    return this.#table.updateIf(keys.device(tenant, id), {
      set: `${assignments(values)}, createdAt = if_not_exists(createdAt, :updatedAt)`,
      condition,
      values: { ...values, ...compared },
    });
  }

  removeDevice(tenant: string, site: string, id: string, notAfter?: number): Promise<boolean> {
    return this.#table.deleteIf(keys.device(tenant, id), {
      condition: `#site = :site${notAfter === undefined ? '' : ' AND createdAt <= :notAfter'}`,
      values: { site, notAfter },
    });
  }

  async freeDevices(tenant: string, site: string): Promise<void> {
    const own = (await this.devices(tenant)).filter((device) => device.site === site);
    await sideBySide(own, FREEING_LANES, ({ id }) => this.removeDevice(tenant, site, id));
  }

  async greet(tenant: string, site: string, hello: SiteHello, now: number): Promise<Greeted> {
    for (let round = 1; round <= GREETING_ROUNDS; round++) {
      const row = await this.site(tenant, site);
      if ((row?.revokedAt ?? Number.NEGATIVE_INFINITY) >= now)
        return { taken: false, speaker: null, foreign: [], update: null };
      const foreign = row?.terminals?.foreign ?? [];
      const known = speakerOf(row);
      const taken = isNews(known, hello, now);
      const speaker = speakerAfter(known, hello, now);
      const heard = taken ? heardAfter(row, hello, now) : null;
      const update = dueUpdate({ ...row, ...(heard === null ? {} : { updateHeard: heard }) }, now);
      if (speaker === null) return { taken, speaker, foreign, update };
      const news = taken
        ? {
            ...arrivalOf(row, hello, now),
            ...speaker,
            ...(heard === null ? {} : { updateHeard: heard }),
            ...indexed.connected(tenant, site),
          }
        : speaker;
      if (await this.#note(tenant, site, news, known, now)) return { taken, speaker, foreign, update };
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
    const values = { ...news, site };
    const before =
      known === null
        ? { condition: 'attribute_not_exists(#session)' }
        : {
            condition:
              '#session = :wasSession AND #helloOrder = :wasOrder AND #lastHello = :wasLast' +
              ' AND (attribute_not_exists(#tenureSince) OR #tenureSince = :wasSince)',
            values: {
              wasSession: known.session,
              wasOrder: known.helloOrder,
              wasLast: known.lastHello,
              wasSince: known.tenureSince,
            },
          };
    return this.#table.updateIf(keys.site(tenant, site), {
      set: `${assignments(values)}, createdAt = if_not_exists(createdAt, :lastHello), #name = if_not_exists(#name, :site)`,
      // The agent was revoked in the meantime, which has freed its devices.
      condition: `(${before.condition}) AND (attribute_not_exists(revokedAt) OR revokedAt < :heardAt)`,
      values: { ...values, ...before.values, heardAt },
    });
  }

  noteTerminals(
    tenant: string,
    site: string,
    { session, helloOrder }: Pick<Speaker, 'session' | 'helloOrder'>,
    terminals: Summary,
  ): Promise<boolean> {
    return this.#table.updateIf(keys.site(tenant, site), {
      set: '#terminals = :terminals',
      condition: '#session = :session AND #helloOrder = :helloOrder',
      values: { terminals, session, helloOrder },
    });
  }

  leave(tenant: string, site: string, session: string, now: number): Promise<boolean> {
    const condition = '#session = :session AND lastHello < :quiet';
    return this.#disconnect(tenant, site, now, condition, { session, quiet: now });
  }

  leaveQuiet(tenant: string, site: string, quietSince: number, since = quietSince): Promise<boolean> {
    return this.#disconnect(tenant, site, since, 'lastHello < :quiet', { quiet: quietSince });
  }

  #disconnect(
    tenant: string,
    site: string,
    since: number,
    condition: string,
    compared: Readonly<Record<string, string | number>>,
  ) {
    return this.#table.updateIf(keys.site(tenant, site), {
      set: 'connected = :no, #since = :since',
      remove: 'opsPk, opsSk',
      condition: `connected = :yes AND ${condition}`,
      values: { no: false, yes: true, since, ...compared },
    });
  }

  async connectedSites(): Promise<SiteAddress[]> {
    const { opsPk } = indexed.connected('', '');
    const rows = await this.#table.query({ index: true, pk: opsPk, only: ['opsSk'] });
    return rows.flatMap(({ opsSk }) => {
      const at = parseClientId(String(opsSk));
      return at === null ? [] : [at];
    });
  }

  #list(tenant: string, prefix: string): Promise<Row[]> {
    return this.#table.query({ pk: keys.tenant(tenant), sk: { begins: prefix } });
  }
}

/** What the row of a site holds after a hello that counts, but for who speaks. */
function arrivalOf(row: SiteRow | null, { devices, update: _update, ...told }: SiteHello, now: number) {
  return {
    ...told,
    ...(row?.connected === true ? {} : { since: now }),
    ...troublesAfter(row, told, now),
    terminals: summaryOf(devices, row?.terminals?.foreign ?? []),
    connected: true,
  };
}
