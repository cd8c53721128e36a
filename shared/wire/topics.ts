// The MQTT topics of one site, built and parsed in one place.
import { commandIdSchema, slugSchema } from '../domain/identifiers.ts';

/** Where an agent lives: all its topics are under `sereno/v1/{tenant}/{site}`. */
export interface SiteAddress {
  readonly tenant: string;
  readonly site: string;
}

const ROOT = 'sereno/v1';

/** The rule that events are handed to, without the broker's subscribers in between (Basic Ingest). */
export const EVENTS_RULE = 'sereno_events';
/** The rule that an agent's request for a new certificate is handed to, the same way. */
export const RENEWAL_RULE = 'sereno_renewal';

const toRule = (name: string) => `$aws/rules/${name}/`;
const TO_RULE = { events: toRule(EVENTS_RULE), renewal: toRule(RENEWAL_RULE) };

function prefix({ tenant, site }: SiteAddress): string {
  return `${ROOT}/${tenant}/${site}`;
}

export const topics = {
  command: (at: SiteAddress) => `${prefix(at)}/cmd`,
  /** `part` is the name of a reply part, see `replyPart`. */
  reply: (at: SiteAddress, commandId: string, part: string) => `${prefix(at)}/res/${commandId}/${part}`,
  progress: (at: SiteAddress, commandId: string) => `${prefix(at)}/prog/${commandId}`,
  hello: (at: SiteAddress) => `${prefix(at)}/hello`,
  will: (at: SiteAddress) => `${prefix(at)}/will`,
  /** Straight to the rule; `seq` is that of the batch. */
  events: (at: SiteAddress, seq: number | '*' | '+') => `${TO_RULE.events}${prefix(at)}/events/${seq}`,
  /** Straight to the rule. */
  renewal: (at: SiteAddress) => `${TO_RULE.renewal}${prefix(at)}/renewal`,
  /** How far the cloud has stored an agent's events. */
  stored: (at: SiteAddress) => `${prefix(at)}/stored`,
};

/**
 * The name of a reply part. It carries the status, so that an `ok` has rows of its own in the ledger and
 * nothing that comes later can overwrite it. Number 0 is the reply itself, 1… are its binary parts.
 */
export function replyPart(status: string, number: number): string {
  return `${status}-${number}`;
}

export type ParsedTopic = SiteAddress &
  (
    | { readonly kind: 'cmd' | 'hello' | 'will' | 'stored' | 'renewal' }
    | { readonly kind: 'events'; readonly seq: number }
    | { readonly kind: 'res'; readonly commandId: string; readonly part: string }
    | { readonly kind: 'prog'; readonly commandId: string }
  );

/** What a topic is about, or null if it is not one of ours. Events and renewals go straight to a rule, and nothing else does. */
export function parseTopic(topic: string): ParsedTopic | null {
  const rule = Object.values(TO_RULE).find((start) => topic.startsWith(start)) ?? '';
  const parsed = parseName(topic.slice(rule.length));
  if (parsed === null) return null;
  const own = parsed.kind === 'events' || parsed.kind === 'renewal' ? TO_RULE[parsed.kind] : '';
  return own === rule ? parsed : null;
}

function parseName(topic: string): ParsedTopic | null {
  const [root, version, tenant, site, kind, commandId, part, ...rest] = topic.split('/');
  if (`${root}/${version}` !== ROOT || rest.length > 0) return null;
  if (!slugSchema.safeParse(tenant).success || !slugSchema.safeParse(site).success) return null;
  const at = { tenant: tenant as string, site: site as string };
  if (commandId === undefined) {
    return kind === 'cmd' || kind === 'hello' || kind === 'will' || kind === 'stored' || kind === 'renewal'
      ? { ...at, kind }
      : null;
  }
  if (kind === 'events' && part === undefined && /^[1-9]\d{0,15}$/.test(commandId)) {
    return { ...at, kind, seq: Number(commandId) };
  }
  if (!commandIdSchema.safeParse(commandId).success) return null;
  if (kind === 'res' && part !== undefined && /^[a-z]+-\d{1,4}$/.test(part))
    return { ...at, kind, commandId, part };
  if (kind === 'prog' && part === undefined) return { ...at, kind, commandId };
  return null;
}
