// The keys of every row, and the row that the IoT rule makes of an agent's message.
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import { parseTopic } from '../../shared/wire/topics.ts';

/**
 * Commands and replies stay a week: longer than any idempotency key lives, and shorter than the agent's
 * journal (8 days), so that an agent can still be asked about every command that the ledger knows.
 */
export const LEDGER_SECONDS = 7 * 24 * 3600;

export interface RowKey {
  readonly pk: string;
  readonly sk: string;
}

export const keys = {
  tenant: (tenant: string) => `T#${tenant}`,
  site: (tenant: string, site: string): RowKey => ({ pk: `T#${tenant}`, sk: `S#${site}` }),
  device: (tenant: string, id: string): RowKey => ({ pk: `T#${tenant}`, sk: `D#${id}` }),
  command: (tenant: string, id: string): RowKey => ({ pk: `T#${tenant}#C#${id}`, sk: 'C' }),
  reply: (tenant: string, id: string, site: string, part: string): RowKey => ({
    pk: `T#${tenant}#C#${id}`,
    sk: `${replyPrefix(site)}${part}`,
  }),
  progress: (tenant: string, id: string, site: string): RowKey => ({
    pk: `T#${tenant}#C#${id}`,
    sk: `P#${site}`,
  }),
  /** An enrolment token: it is used without naming a tenant. `hash` is its SHA-256. */
  enrolment: (hash: string): RowKey => ({ pk: `E#${hash}`, sk: 'E' }),
  /** `hash` is an HMAC of tenant, caller and the caller's own key. */
  idempotency: (tenant: string, hash: string): RowKey => ({ pk: `T#${tenant}#I#${hash}`, sk: 'I' }),
};

/** The place of a call that waits for terminals: in the order of their ends. */
export function placeKey(tenant: string, until: number, id: string): RowKey {
  return { pk: `T#${tenant}#W`, sk: `${placeEnd(until)}#${id}` };
}

/** The places that have not ended at `now`: those of dead handlers are not even read. */
export function placesOf(tenant: string, now: number) {
  return { pk: `T#${tenant}#W`, sk: { after: `${placeEnd(now)}$` } };
}

/** Epoch ms, as text that sorts. */
function placeEnd(at: number): string {
  return String(at).padStart(15, '0');
}

/** How rows are found by something other than their key: attributes of the table's index. */
export const indexed = {
  /** The devices of one site, by id. */
  deviceOf: (tenant: string, site: string, id: string) => ({
    opsPk: `T#${tenant}#S#${site}`,
    opsSk: `D#${id}`,
  }),
  /** The sites that count as connected, of all tenants: a site that goes loses them. */
  connected: (tenant: string, site: string) => ({ opsPk: 'CONNECTED', opsSk: clientIdOf(tenant, site) }),
};

/** What the sort keys of all replies of one site begin with: sites hold no `#`, so no other site matches. */
export function replyPrefix(site: string): string {
  return `R#${site}#`;
}

export interface RuleItem extends RowKey {
  /** Base64 of the message, whatever it holds. */
  readonly body: string;
  /** Epoch ms of arrival. */
  readonly at: number;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

/**
 * The item that the IoT rule puts for a message on `topic`, or null if it is neither a reply nor progress.
 * Keys come from the topic alone, which the certificate's policy fixes: no agent can answer for another.
 *
 * @param now epoch ms
 */
export function ruleItem(topic: string, payload: Uint8Array, now: number): RuleItem | null {
  const parsed = parseTopic(topic);
  if (parsed === null || (parsed.kind !== 'res' && parsed.kind !== 'prog')) return null;
  const { tenant, site, commandId } = parsed;
  const key =
    parsed.kind === 'res'
      ? keys.reply(tenant, commandId, site, parsed.part)
      : keys.progress(tenant, commandId, site);
  return {
    ...key,
    body: Buffer.from(payload).toString('base64'),
    at: now,
    expiresAt: Math.floor(now / 1000) + LEDGER_SECONDS,
  };
}
