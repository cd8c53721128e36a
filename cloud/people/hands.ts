// Which fingers people have at which terminals, as agents tell it, and whose may be missing at another branch. Slots alone.
import * as z from 'zod';
import { deviceIdSchema, slugSchema } from '../../shared/domain/identifiers.ts';
import type { HandEvent } from '../../shared/wire/events.ts';
import { peopleIndex, peopleKeys } from '../store/people-keys.ts';
import type { Table } from '../store/table.ts';

const handRowSchema = z.object({
  device: deviceIdSchema,
  site: slugSchema,
  kind: z.string(),
  usable: z.number(),
  duress: z.number(),
  /** Of the event that was heard last: the agent's journal, and its number there. */
  journal: z.string(),
  heard: z.number(),
});
export type HandRow = z.infer<typeof handRowSchema>;

/** What is to be looked at for a person, and what was tried. */
const errandRowSchema = z.object({
  tenant: slugSchema,
  person: z.string(),
  /** Counts what has changed. */
  due: z.number(),
  /** Not to be looked at before, epoch ms. */
  notBefore: z.number().optional(),
  /** How often in vain. */
  tries: z.number().optional(),
  /** By terminal: the slots that it does not take, until something has changed. */
  refused: z.record(z.string(), z.number()).optional(),
});
export type ErrandRow = z.infer<typeof errandRowSchema>;

export interface HandNews {
  readonly tenant: string;
  readonly site: string;
  readonly journal: string;
  readonly number: number;
  readonly event: HandEvent;
}

export class Hands {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Heard twice it is as heard once. */
  async hear({ tenant, site, journal, number, event }: HandNews): Promise<void> {
    const { device, person, kind, usable, duress } = event;
    const row = { device, site, kind, usable, duress, journal, heard: number };
    await this.#table.putIf(
      { ...peopleKeys.hand(tenant, person, device), ...row },
      {
        condition: 'attribute_not_exists(pk) OR #journal <> :journal OR #heard < :heard',
        values: { journal, heard: number },
      },
    );
    await this.#table.change(peopleKeys.errand(tenant, person), {
      set: '#due = if_not_exists(#due, :zero) + :one, #tenant = :tenant, #person = :person, #opsPk = :opsPk, #opsSk = :opsSk',
      remove: '#notBefore, #tries, #refused',
      values: { ...peopleIndex.errands(tenant, person), tenant, person, zero: 0, one: 1 },
    });
  }

  /** The person is at a terminal as wanted now: whoever has fingers anywhere is looked at. */
  async present(tenant: string, person: string): Promise<void> {
    await this.#table.updateIf(peopleKeys.errand(tenant, person), {
      set: '#due = #due + :one, #opsPk = :opsPk, #opsSk = :opsSk',
      remove: '#notBefore, #tries, #refused',
      condition: 'attribute_exists(pk)',
      values: { ...peopleIndex.errands(tenant, person), one: 1 },
    });
  }

  async of(tenant: string, person: string): Promise<HandRow[]> {
    const rows = await this.#table.query({ pk: peopleKeys.hands(tenant, person), sk: { begins: 'D#' } });
    return rows.map((row) => handRowSchema.parse(row));
  }

  async errand(tenant: string, person: string): Promise<ErrandRow | null> {
    const row = await this.#table.get(peopleKeys.errand(tenant, person));
    return row === null ? null : errandRowSchema.parse(row);
  }

  /** All is where it belongs, as far as it was known when the errand was read. */
  async done({ tenant, person, due }: ErrandRow, refused: Readonly<Record<string, number>>): Promise<void> {
    await this.#table.updateIf(peopleKeys.errand(tenant, person), {
      set: '#refused = :refused',
      remove: '#opsPk, #opsSk, #notBefore, #tries',
      condition: '#due = :due',
      values: { due, refused },
    });
  }

  /** Somebody was away: later, and later each time. */
  async again(
    { tenant, person, due, tries = 0 }: ErrandRow,
    refused: Readonly<Record<string, number>>,
    now: number,
  ): Promise<void> {
    const notBefore = now + Math.min(FIRST_MS * 2 ** tries, MOST_MS);
    await this.#table.updateIf(peopleKeys.errand(tenant, person), {
      set: '#refused = :refused, #notBefore = :notBefore, #tries = :tries',
      condition: '#due = :due',
      values: { due, refused, notBefore, tries: tries + 1 },
    });
  }
}

const FIRST_MS = 30_000;
const MOST_MS = 3_600_000;
