// Stands in for the IoT rules: replies and progress become rows, hello, will and disconnects call presence.
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type RuleItem, ruleItem } from '../../../cloud/store/keys.ts';
import { clientIdOf } from '../../../shared/domain/identifiers.ts';
import type { PresenceEvent } from '../../../shared/wire/envelope.ts';
import { CHANGED_PART, type IntakeEvent, isOfChange } from '../../../shared/wire/events.ts';
import type { RenewalEvent } from '../../../shared/wire/renewal.ts';
import { isForRule, type SiteAddress } from '../../../shared/wire/topics.ts';
import type { SiteMessage } from '../broker/broker.ts';
import type { Meter } from '../meter.ts';

/** A row whose put fails is tried again after these, then given up, as the real rule hands it to its error action. */
const RETRY_MS = [50, 200, 1000];

export interface RulesOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** Invokes the presence function. */
  readonly presence: (event: PresenceEvent) => Promise<unknown>;
  /** Invokes the renew function. */
  readonly renew: (event: RenewalEvent) => Promise<unknown>;
  /** Invokes the intake function, and what comes after it. */
  readonly intake: (event: IntakeEvent) => Promise<unknown>;
  readonly log: (line: string) => void;
  /** Counts what AWS would charge for rules. */
  readonly meter?: Meter | undefined;
  /** A test's way to lose, delay or double rows: the row is put as often as it calls `put`. */
  readonly intercept?: ((item: RuleItem, put: () => void) => void) | undefined;
}

export class Rules {
  readonly #options: RulesOptions;
  readonly #documents: DynamoDBDocumentClient;
  readonly #presence = new Map<string, Promise<void>>();
  readonly #under = new Set<Promise<void>>();

  constructor(options: RulesOptions) {
    this.#options = options;
    this.#documents = DynamoDBDocumentClient.from(options.client);
  }

  /** A message that a site published. Returns at once. */
  message({ topic, name, payload, certificate }: SiteMessage): void {
    const { tenant, site, kind } = topic;
    const { meter } = this.#options;
    const rule = (of: string, acts = true) => meter?.rule(of, payload.length, acts);
    if (kind === 'hello' || kind === 'will') {
      rule(kind);
      const body = Buffer.from(payload).toString('base64');
      this.#tell({ tenant, site, kind, at: Date.now(), body, ...(kind === 'hello' ? { certificate } : {}) });
      return;
    }
    if (kind === 'events') {
      rule(kind);
      this.#hand({ kind, tenant, site, at: Date.now(), body: Buffer.from(payload).toString('base64') });
      return;
    }
    if (kind === 'renewal') {
      rule(kind);
      const body = Buffer.from(payload).toString('base64');
      const event: RenewalEvent = { kind, tenant, site, at: Date.now(), body, certificate };
      this.follow(this.#options.renew(event), `renew for ${clientIdOf(tenant, site)}`);
      return;
    }
    const item = ruleItem(name, payload, Date.now());
    if (item === null) return;
    rule(kind);
    const isHeard = kind === 'res' && topic.part === CHANGED_PART && !isForRule(name);
    const isChange = isHeard && isOfChange(topic, jsonOf(payload));
    if (isHeard) rule('settled', isChange);
    if (isChange && topic.kind === 'res') {
      this.#hand({ kind: 'settled', tenant, site, at: Date.now(), command: topic.commandId });
    }
    const put = (): void => this.#track(this.#put(item));
    if (this.#options.intercept === undefined) put();
    else this.#options.intercept(item, put);
  }

  disconnected({ tenant, site }: SiteAddress): void {
    this.#options.meter?.rule('disconnected', 0);
    this.#tell({ tenant, site, kind: 'disconnected', at: Date.now() });
  }

  /** Follows what a rule or a function has set off; what goes wrong is logged. */
  follow(work: Promise<unknown>, what: string): void {
    this.#track(
      work.then(
        () => {},
        (error: unknown) => this.#options.log(`${what} failed: ${String(error)}`),
      ),
    );
  }

  /** Waits for everything under way. */
  async drain(): Promise<void> {
    while (this.#under.size > 0) await Promise.allSettled(this.#under);
  }

  async #put(item: RuleItem): Promise<void> {
    const command = new PutCommand({ TableName: this.#options.tableName, Item: item });
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#documents.send(command);
        return;
      } catch (error) {
        const pause = RETRY_MS[attempt];
        if (pause === undefined) {
          this.#options.log(`the rule lost ${item.pk} ${item.sk}: ${String(error)}`);
          return;
        }
        await sleep(pause);
      }
    }
  }

  /** One site's events one after the other: a disconnect must not overtake the hello before it. */
  #tell(event: PresenceEvent): void {
    const site = clientIdOf(event.tenant, event.site);
    const before = this.#presence.get(site) ?? Promise.resolve();
    const next = before
      .then(() => this.#options.presence(event))
      .then(
        () => {},
        (error: unknown) =>
          this.#options.log(`presence failed for ${site} (${event.kind}): ${String(error)}`),
      );
    this.#presence.set(site, next);
    this.#track(next);
  }

  /** The agent sends a batch again that was not stored. */
  #hand(event: IntakeEvent): void {
    this.follow(this.#options.intake(event), `intake for ${clientIdOf(event.tenant, event.site)}`);
  }

  #track(work: Promise<void>): void {
    this.#under.add(work);
    void work.finally(() => this.#under.delete(work));
  }
}

/** What a rule sees of a payload: nothing where it is no JSON. */
function jsonOf(payload: Uint8Array): { readonly verified?: unknown } {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    return typeof value === 'object' && value !== null ? value : { verified: 'none' };
  } catch {
    return { verified: 'none' };
  }
}
