// Tokens in DynamoDB: one row each under the token's hash, changed by conditional writes alone.
import * as z from 'zod';
import { slugSchema } from '../../shared/domain/identifiers.ts';
import { keys } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import type { Certificate, Enrolment, Enrolments } from './enrolments.ts';
import { TOKEN_ROW_SECONDS } from './tokens.ts';

export const certificateSchema = z.object({ id: z.string(), ref: z.string(), pem: z.string() });

const rowSchema = z.object({
  tenant: slugSchema,
  site: slugSchema,
  createdAt: z.number(),
  validUntil: z.number(),
  publicKey: z.string().optional(),
  certificate: certificateSchema.optional(),
  issuedAt: z.number().optional(),
});

export class DynamoEnrolments implements Enrolments {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async add(hash: string, enrolment: Enrolment): Promise<void> {
    const expiresAt = Math.ceil(enrolment.validUntil / 1000) + TOKEN_ROW_SECONDS;
    await this.#table.put({ ...keys.enrolment(hash), ...enrolment, expiresAt });
  }

  async find(hash: string): Promise<Enrolment | null> {
    const row = await this.#table.get(keys.enrolment(hash));
    return row === null ? null : rowSchema.parse(row);
  }

  async claim(hash: string, publicKey: string, now: number): Promise<Enrolment | null> {
    const claimed = await this.#table.changedIf(keys.enrolment(hash), {
      set: 'publicKey = :publicKey',
      condition: 'validUntil > :now AND (attribute_not_exists(publicKey) OR publicKey = :publicKey)',
      values: { publicKey, now },
    });
    return claimed === null ? null : rowSchema.parse(claimed);
  }

  async keep(hash: string, certificate: Certificate): Promise<Certificate> {
    const { id, ref, pem } = certificate;
    const row = await this.#table.change(keys.enrolment(hash), {
      set: 'certificate = if_not_exists(certificate, :certificate)',
      values: { certificate: { id, ref, pem } },
    });
    return rowSchema.parse(row).certificate ?? certificate;
  }

  async finish(hash: string, now: number): Promise<void> {
    await this.#table.change(keys.enrolment(hash), { set: 'issuedAt = :now', values: { now } });
  }
}
