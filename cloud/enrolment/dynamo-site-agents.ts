// What the row of a site knows of its agent's certificates, by conditional writes on that one row.
import * as z from 'zod';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import { keys } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import type { SiteAgent, SiteAgents } from './enrolments.ts';

const rowSchema = z.object({ newCertificate: z.string().optional(), revokedAt: z.number().optional() });

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

  async arrived(at: SiteAddress, certificateId: string): Promise<void> {
    await this.#table.updateIf(rowKey(at), {
      remove: 'newCertificate',
      condition: 'newCertificate = :certificateId',
      values: { certificateId },
    });
  }

  revoke(at: SiteAddress, now: number): Promise<boolean> {
    return this.#table.updateIf(rowKey(at), {
      set: 'revokedAt = :now',
      remove: 'newCertificate',
      condition: 'attribute_exists(pk)',
      values: { now },
    });
  }
}

function rowKey({ tenant, site }: SiteAddress) {
  return keys.site(tenant, site);
}
