// The rows of jobs. Every change of a part is conditional on what it changes, so that two who look after it do not undo each other.
import * as z from 'zod';
import { assignments } from '../store/expressions.ts';
import { JOB_SHARDS, jobIndex, jobKeys } from '../store/job-keys.ts';
import type { Table } from '../store/table.ts';
import {
  expiryOf,
  type Head,
  headSchema,
  itemsSchema,
  type Part,
  type PartItems,
  partSchema,
  type Result,
} from './model.ts';

const sealedSchema = z.object({ sealed: z.instanceof(Uint8Array) });
const IS_THERE = 'attribute_exists(pk) AND ended = :no';

/** A part with all that is put into the table for it. */
export interface NewPart {
  readonly part: Part;
  readonly items: readonly number[];
  readonly sealed: Uint8Array;
}

/** A page of the jobs of a tenant, newest first. */
export interface JobPage {
  readonly heads: readonly Head[];
  readonly next?: string;
}

export class JobStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Puts a part, or puts it anew: nothing looks after it before its head is there. */
  async putPart({ part, items, sealed }: NewPart): Promise<void> {
    const { tenant, job, part: number, site, device, keepUntil } = part;
    const expiresAt = expiryOf(keepUntil);
    await this.#table.put({ ...jobKeys.items(tenant, job, number), part: number, items, expiresAt });
    // Whatever else goes wrong, what is sealed goes when nobody waits for it any more.
    const goes = Math.floor(keepUntil / 1000);
    await this.#table.put({ ...jobKeys.sealed(tenant, job, number), sealed, expiresAt: goes });
    const found = jobIndex.open(tenant, site, device, job, number);
    await this.#table.put({ ...jobKeys.part(tenant, job, number), ...part, ...found, expiresAt });
  }

  /** The last row of a new job: from now on it is looked after. False where it was there. */
  putHead(head: Head): Promise<boolean> {
    const { tenant, id, keepUntil } = head;
    const row = { ...jobKeys.head(tenant, id), ...head, ...jobIndex.head(tenant, id) };
    return this.#table.putIf(
      { ...row, expiresAt: expiryOf(keepUntil) },
      { condition: 'attribute_not_exists(pk)' },
    );
  }

  async head(tenant: string, id: string): Promise<Head | null> {
    const row = await this.#table.get(jobKeys.head(tenant, id));
    return row === null ? null : headSchema.parse(row);
  }

  /** What somebody left who died placing more of them is none of the job's. */
  async parts({ tenant, id, parts }: Pick<Head, 'tenant' | 'id' | 'parts'>): Promise<Part[]> {
    const rows = await this.#table.query({ pk: jobKeys.all(tenant, id), sk: jobKeys.parts });
    return rows.map((row) => partSchema.parse(row)).filter(({ part }) => part < parts);
  }

  async part({ tenant, job, part }: Part): Promise<Part | null> {
    const row = await this.#table.get(jobKeys.part(tenant, job, part));
    return row === null ? null : partSchema.parse(row);
  }

  /** By the number of their part. */
  async items({ tenant, id, parts }: Pick<Head, 'tenant' | 'id' | 'parts'>): Promise<Map<number, PartItems>> {
    const rows = await this.#table.query({ pk: jobKeys.all(tenant, id), sk: jobKeys.allItems });
    const all = rows.map((row) => itemsSchema.parse(row)).filter(({ part }) => part < parts);
    return new Map(all.map((items) => [items.part, items]));
  }

  async list(tenant: string, limit: number, after?: string): Promise<JobPage> {
    const sk = after === undefined ? {} : { sk: { before: after } };
    const pk = jobIndex.ofTenant(tenant);
    const { rows, last } = await this.#table.page({ index: true, pk, ...sk, backwards: true }, limit);
    const next: unknown = last?.opsSk;
    return {
      heads: rows.map((row) => headSchema.parse(row)),
      ...(typeof next === 'string' ? { next } : {}),
    };
  }

  /** Parts of all tenants that are not done, as far as the index has them by now. */
  async open(): Promise<Part[]> {
    const shards = Array.from({ length: JOB_SHARDS }, (_, shard) => jobIndex.shard(shard));
    const found = await Promise.all(shards.map((pk) => this.#table.query({ index: true, pk })));
    return found.flat().map((row) => partSchema.parse(row));
  }

  /** Those of one branch. */
  async openAt(tenant: string, site: string): Promise<Part[]> {
    const pk = jobIndex.shard(jobIndex.shardOf(tenant, site));
    const sk = { begins: jobIndex.site(tenant, site) };
    const rows = await this.#table.query({ index: true, pk, sk });
    return rows.map((row) => partSchema.parse(row));
  }

  /** Its arguments as they were sealed; null once they are erased. */
  async sealed({ tenant, job, part }: Part): Promise<Uint8Array | null> {
    const row = await this.#table.get(jobKeys.sealed(tenant, job, part));
    return row === null ? null : sealedSchema.parse(row).sealed;
  }

  /** Changes a part that has not ended, if nobody has since it was read; the part after it, or null. */
  async change(seen: Part, change: Partial<Part>): Promise<Part | null> {
    const { tenant, job, part, command, nextAt, tries } = seen;
    const row = await this.#table.changedIf(jobKeys.part(tenant, job, part), {
      set: assignments(change),
      condition: `${IS_THERE} AND command = :seenCommand AND nextAt = :seenNextAt AND tries = :seenTries`,
      values: { ...change, no: false, seenCommand: command, seenNextAt: nextAt, seenTries: tries },
    });
    return row === null ? null : partSchema.parse(row);
  }

  /** Notes that a part is to be cancelled; the part after it, or null where it has ended. */
  async cancel({ tenant, job, part }: Part): Promise<Part | null> {
    const row = await this.#table.changedIf(jobKeys.part(tenant, job, part), {
      set: 'cancelled = :yes',
      condition: IS_THERE,
      values: { yes: true, no: false },
    });
    return row === null ? null : partSchema.parse(row);
  }

  /** Notes what became of a part's items; what is noted first stays. */
  async noteResults({ tenant, job, part }: Part, results: readonly Result[]): Promise<void> {
    await this.#table.updateIf(jobKeys.items(tenant, job, part), {
      set: 'results = :results',
      condition: 'attribute_exists(pk) AND attribute_not_exists(results)',
      values: { results },
    });
  }

  /** What became of a part's items, as it was noted. */
  async itemsOf({ tenant, job, part }: Part): Promise<PartItems | null> {
    const row = await this.#table.get(jobKeys.items(tenant, job, part));
    return row === null ? null : itemsSchema.parse(row);
  }

  /** The part has ended: its arguments are erased. It is still found, until `leave`. */
  async end({ tenant, job, part }: Part, endedAt: number): Promise<void> {
    await this.#table.delete(jobKeys.sealed(tenant, job, part));
    await this.#table.updateIf(jobKeys.part(tenant, job, part), {
      set: 'ended = :yes, endedAt = if_not_exists(endedAt, :endedAt)',
      condition: 'attribute_exists(pk)',
      values: { yes: true, endedAt },
    });
  }

  /** Nothing is left to do for this part: it is not found any more. */
  async leave({ tenant, job, part }: Part): Promise<void> {
    await this.#table.updateIf(jobKeys.part(tenant, job, part), {
      remove: 'opsPk, opsSk',
      condition: 'attribute_exists(pk)',
    });
  }

  /** A part of a job that is there without it: nobody puts it any more. */
  async drop(part: Part): Promise<void> {
    await this.#table.delete(jobKeys.sealed(part.tenant, part.job, part.part));
    await this.leave(part);
  }

  /** A part whose head never came is nobody's: it is not found any more, unless it was put anew since. What is sealed goes with its time. */
  async forget({ tenant, job, part, command }: Part): Promise<void> {
    await this.#table.updateIf(jobKeys.part(tenant, job, part), {
      remove: 'opsPk, opsSk',
      condition: 'command = :command',
      values: { command },
    });
  }

  /** Takes the right to tell of the end of a job; false where another has it, or has told. */
  async holdEnd({ tenant, id }: Head, now: number, until: number): Promise<boolean> {
    return this.#table.updateIf(jobKeys.head(tenant, id), {
      set: 'heldUntil = :until',
      condition:
        'attribute_exists(pk) AND attribute_not_exists(doneAt) AND (attribute_not_exists(heldUntil) OR heldUntil < :now)',
      values: { now, until },
    });
  }

  /** Notes that the end of a job was told. */
  async noteDone({ tenant, id }: Head, doneAt: number): Promise<void> {
    await this.#table.updateIf(jobKeys.head(tenant, id), {
      set: 'doneAt = :doneAt',
      condition: 'attribute_exists(pk) AND attribute_not_exists(doneAt)',
      values: { doneAt },
    });
  }
}
