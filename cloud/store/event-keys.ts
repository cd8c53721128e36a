// The keys of punches, of the feed, of webhooks and of alerts.
import type { RowKey } from './keys.ts';

/** Entries of the feed in one partition. */
export const FEED_BLOCK = 1000;

function punchDay(tenant: string, day: string): string {
  return `T#${tenant}#P#${day}`;
}

function feedBlock(tenant: string, block: number): string {
  return `T#${tenant}#F#${block}`;
}

export const eventKeys = {
  /** A punch, by what no reading of it changes: its local second and its id. */
  punch: (tenant: string, local: string, id: string): RowKey => {
    const [day = '', time = ''] = local.split('T');
    return { pk: punchDay(tenant, day), sk: `${time}#${id}` };
  },
  /** The same punch as another branch tells it, too: right behind it. */
  punchBeside: (sk: string, site: string): string => `${sk}#${site}`,
  /** The partition of all punches of a local day, `YYYY-MM-DD`. */
  punchDay,
  /** The first and last day of which there are punches. */
  punchSpan: (tenant: string): RowKey => ({ pk: `T#${tenant}`, sk: 'P' }),
  /** How far the events of one journal of a site are stored. */
  journal: (tenant: string, site: string, journal: string): RowKey => ({
    pk: `T#${tenant}#J#${site}`,
    sk: journal,
  }),
  /** That the whole table was put back to an earlier time. */
  restored: (): RowKey => ({ pk: 'RESTORED', sk: 'RESTORED' }),
  /** How the feed was last told that a site and its terminals stand. */
  standing: (tenant: string, site: string): RowKey => ({ pk: `T#${tenant}`, sk: `N#${site}` }),
  /** The changes of a terminal, or of the agent of a site. */
  changesOf: (tenant: string, of: { readonly device: string } | { readonly site: string }) =>
    'device' in of ? `T#${tenant}#H#D#${of.device}` : `T#${tenant}#H#S#${of.site}`,
  /** One of them, told again under the same key. */
  change: (pk: string, at: number, type: string): RowKey => ({
    pk,
    sk: `${String(at).padStart(15, '0')}#${type}`,
  }),
  /** The number of the feed's last entry. */
  feed: (tenant: string): RowKey => ({ pk: `T#${tenant}`, sk: 'F' }),
  entry: (tenant: string, number: number): RowKey => ({
    pk: feedBlock(tenant, Math.floor(number / FEED_BLOCK)),
    sk: String(number).padStart(15, '0'),
  }),
  /** The partition of a thousand entries of the feed. */
  feedBlock,
  webhook: (tenant: string, id: string): RowKey => ({ pk: `T#${tenant}`, sk: `W#${id}` }),
  /** One try to deliver an event to a webhook; `id` is a ULID. */
  delivery: (tenant: string, webhook: string, id: string): RowKey => ({
    pk: `T#${tenant}#W#${webhook}`,
    sk: id,
  }),
  /** The problems of a tenant, and how far the feed has been looked at for them. */
  alerts: (tenant: string): RowKey => ({ pk: `T#${tenant}`, sk: 'X' }),
  /** One notice to one address. */
  notice: (tenant: string, id: string): RowKey => ({ pk: `T#${tenant}#X`, sk: id }),
};

/** Attributes of the table's index. */
export const eventIndex = {
  /** The punches of one badge, by local time. */
  punchOf: (tenant: string, userId: string, local: string, id: string) => ({
    opsPk: `T#${tenant}#PU#${userId}`,
    opsSk: `${local}#${id}`,
  }),
  /** The webhooks of all tenants that are to be delivered to. */
  active: (tenant: string, id: string) => ({ opsPk: 'WEBHOOKS', opsSk: `${tenant}#${id}` }),
  /** The notices of all tenants that are to be sent, those of a tenant by time. */
  waiting: (tenant: string, id: string) => ({ opsPk: 'NOTICES', opsSk: `${tenant}#${id}` }),
};
