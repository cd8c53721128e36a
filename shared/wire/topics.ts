// The MQTT topics of one site, built and parsed in one place.
import { commandIdSchema, slugSchema } from '../domain/identifiers.ts';

/** Where an agent lives: all its topics are under `sereno/v1/{tenant}/{site}`. */
export interface SiteAddress {
  readonly tenant: string;
  readonly site: string;
}

const ROOT = 'sereno/v1';

/** Rules that agents hand their messages to by name, without the broker's subscribers in between (Basic Ingest): such a message costs nothing. */
export const RULES = {
  events: 'sereno_events',
  renewal: 'sereno_renewal',
  hello: 'sereno_hello',
  res: 'sereno_reply',
} as const;

const RULE_TOPICS = '$aws/rules/';
const toRule = (kind: keyof typeof RULES) => `${RULE_TOPICS}${RULES[kind]}/`;
/** What agents of an earlier version say on the topic itself; the same rules take it there. */
const EITHER_WAY: ReadonlySet<string> = new Set(['hello', 'res']);

function prefix({ tenant, site }: SiteAddress): string {
  return `${ROOT}/${tenant}/${site}`;
}

export const topics = {
  command: (at: SiteAddress) => `${prefix(at)}/cmd`,
  /**
   * `part` is the name of a reply part, see `replyPart`. Here is said what more than one rule has to hear: that a command has changed
   * something, since a message that is handed to a rule comes to that rule alone.
   */
  reply: (at: SiteAddress, commandId: string, part: string) => `${prefix(at)}/res/${commandId}/${part}`,
  progress: (at: SiteAddress, commandId: string) => `${prefix(at)}/prog/${commandId}`,
  /** Straight to the rule, as every reply goes that tells of no change. */
  answer: (at: SiteAddress, commandId: string, part: string) =>
    `${toRule('res')}${topics.reply(at, commandId, part)}`,
  /** Straight to the rule. */
  hello: (at: SiteAddress) => `${toRule('hello')}${prefix(at)}/hello`,
  will: (at: SiteAddress) => `${prefix(at)}/will`,
  /** Straight to the rule; `seq` is that of the batch. */
  events: (at: SiteAddress, seq: number | '*' | '+') => `${toRule('events')}${prefix(at)}/events/${seq}`,
  /** Straight to the rule. */
  renewal: (at: SiteAddress) => `${toRule('renewal')}${prefix(at)}/renewal`,
  /** How far the cloud has stored an agent's events. */
  stored: (at: SiteAddress) => `${prefix(at)}/stored`,
};

/** The topic itself, without the rule that it is handed to. */
export function withoutRule(topic: string): string {
  return isForRule(topic) ? topic.split('/').slice(3).join('/') : topic;
}

/** Whether a message on this topic goes straight to a rule, and to no subscriber and no other rule. */
export function isForRule(topic: string): boolean {
  return topic.startsWith(RULE_TOPICS);
}

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

/** What a topic is about, or null if it is not one of ours: what has a rule goes to that one, and nothing else goes to any. */
export function parseTopic(topic: string): ParsedTopic | null {
  const parsed = parseName(withoutRule(topic));
  if (parsed === null) return null;
  if (!isForRule(topic)) return parsed.kind in RULES && !EITHER_WAY.has(parsed.kind) ? null : parsed;
  const own = Object.entries(RULES).find(([kind]) => kind === parsed.kind)?.[1];
  return topic.split('/')[2] === own ? parsed : null;
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
