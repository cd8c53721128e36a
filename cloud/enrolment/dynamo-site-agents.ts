// What the row of a site knows of its agent's certificates, by conditional writes on that one row.
import * as z from 'zod';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import { NO_TERMINALS } from '../directory/summary.ts';
import { keys } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import { certificateSchema } from './dynamo-enrolments.ts';
import type { Renewal, SiteAgent, SiteAgents } from './enrolments.ts';

const renewalSchema = z.object({
  publicKey: z.string(),
  follows: z.string(),
  since: z.number(),
  certificate: certificateSchema.optional(),
  issuedAt: z.number().optional(),
  drops: z.string().optional(),
});
const rowSchema = z.object({
  newCertificate: z.string().optional(),
  renewal: renewalSchema.optional(),
  renewals: z.number().default(0),
  renewed: z.string().optional(),
  revokedAt: z.number().optional(),
});

const isAsSeen = ({ renewals }: SiteAgent) =>
  renewals === 0 ? 'attribute_not_exists(renewals)' : 'renewals = :seen';
const asSeen = ({ renewals }: SiteAgent) => ({ seen: renewals, next: renewals + 1 });

/** The store takes no undefined values. */
function defined(renewal: Renewal): object {
  return Object.fromEntries(Object.entries(renewal).filter(([, value]) => value !== undefined));
}

export class DynamoSiteAgents implements SiteAgents {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async find(at: SiteAddress): Promise<SiteAgent | null> {
    const row = await this.#table.get(rowKey(at));
    return row === null ? null : rowSchema.parse(row);
  }

  addSite(at: SiteAddress, name: string, now: number): Promise<boolean> {
    return this.#table.putIf(
      { ...rowKey(at), site: at.site, name, connected: false, createdAt: now },
      { condition: 'attribute_not_exists(pk)' },
    );
  }

  renameSite(at: SiteAddress, name: string): Promise<boolean> {
    return this.#table.updateIf(rowKey(at), {
      set: '#name = :name',
      condition: 'attribute_exists(pk)',
      values: { name },
    });
  }

  removeSite(at: SiteAddress, lastHello: number | undefined): Promise<boolean> {
    const isAsSeen = lastHello === undefined ? 'attribute_not_exists(lastHello)' : 'lastHello = :lastHello';
    return this.#table.deleteIf(rowKey(at), {
      condition: `connected = :no AND attribute_not_exists(newCertificate) AND ${isAsSeen}`,
      values: { no: false, lastHello },
    });
  }

  expect(at: SiteAddress, certificateId: string, since: number): Promise<boolean> {
    return this.#table.updateIf(rowKey(at), {
      set: 'newCertificate = :certificateId',
      // A token of a deleted site is not valid for a later site of the same name.
      condition: 'createdAt <= :since AND (attribute_not_exists(revokedAt) OR revokedAt < :since)',
      values: { certificateId, since },
    });
  }

  arrived(at: SiteAddress, certificateId: string, seen: SiteAgent): Promise<boolean> {
    return this.#table.updateIf(rowKey(at), {
      set: 'renewals = :next',
      remove: seen.renewal?.follows === certificateId ? 'newCertificate' : 'newCertificate, renewal',
      condition: `newCertificate = :certificateId AND ${isAsSeen(seen)}`,
      values: { certificateId, ...asSeen(seen) },
    });
  }

  noteRenewal(at: SiteAddress, renewal: Renewal, seen: SiteAgent): Promise<boolean> {
    return this.#table.updateIf(rowKey(at), {
      set: 'renewals = :next, renewal = :renewal',
      condition: `attribute_exists(pk) AND (attribute_not_exists(revokedAt) OR revokedAt < :since) AND ${isAsSeen(seen)}`,
      values: { renewal: defined(renewal), since: renewal.since, ...asSeen(seen) },
    });
  }

  endRenewal(at: SiteAddress, certificateId: string, seen: SiteAgent): Promise<boolean> {
    const follows = seen.renewal?.follows;
    const isOnly = follows !== undefined && seen.newCertificate === follows;
    const stillNew = isOnly ? ' AND newCertificate = :follows' : '';
    return this.#table.updateIf(rowKey(at), {
      set: 'renewals = :next, renewed = :certificateId',
      remove: isOnly ? 'renewal, newCertificate' : 'renewal',
      condition: `attribute_exists(renewal) AND ${isAsSeen(seen)}${stillNew}`,
      values: { certificateId, follows, ...asSeen(seen) },
    });
  }

  revoke(at: SiteAddress, now: number): Promise<boolean> {
    return this.#table.updateIf(rowKey(at), {
      // Its terminals are free.
      set: 'revokedAt = :now, #terminals = :terminals, renewals = if_not_exists(renewals, :none) + :one',
      remove: 'newCertificate, renewal, certificate',
      condition: 'attribute_exists(pk)',
      values: { now, terminals: NO_TERMINALS, none: 0, one: 1 },
    });
  }
}

function rowKey({ tenant, site }: SiteAddress) {
  return keys.site(tenant, site);
}
