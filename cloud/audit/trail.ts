// Adds entries to the audit log: a change before it has effect, and its outcome afterwards.
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { SerenoError } from '../../shared/errors.ts';
import type { Clock } from '../clock.ts';
import type { Row } from '../store/expressions.ts';
import { LEDGER_SECONDS } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import type { Step } from '../store/transaction.ts';
import { type Deed, type Ending, hashOf, type Place, type Said } from './entry.ts';
import { headOf, unchanged } from './heads.ts';
import { auditIndex, auditKeys } from './keys.ts';

/** Chains of a tenant: who finds one taken tries another. */
const CHAINS = 8;
const ROUNDS = 40;
/** An outcome that nobody has told is looked for after this time. */
const FIRST_LOOK_MS = 30_000;
const MINUTE_MS = 60_000;

const placeOf = z.object({ chain: z.int(), number: z.int() });

/** How a change stands. */
export const stateSchema = z.object({
  chain: z.int(),
  number: z.int(),
  tenant: z.string(),
  at: z.int(),
  command: z.string().optional(),
  /** The entry that says what came of it. */
  outcome: placeOf.optional(),
});
export type State = z.infer<typeof stateSchema>;

/** What is written together with an entry. */
interface Beside {
  /** Looked up while the head of the chain is read. */
  readonly known: () => Promise<Row | null>;
  /** Rows to be written, or the place of an entry that says it already. */
  readonly steps: (known: Row | null, place: Place, at: number) => Step[] | Place;
}

const NOTHING_BESIDE: Beside = { known: async () => null, steps: () => [] };
/** Places of so many commands are kept in mind until their outcome is told. */
const MOST_BEGUN = 1000;

export class AuditTrail {
  readonly #turns = new Map<string, Promise<unknown>>();
  /** Where the changes stand that were entered here, by tenant and command: who tells the outcome need not look. */
  readonly #begun = new Map<string, Place>();
  readonly table: Table;
  readonly clock: Clock;

  constructor(table: Table, clock: Clock) {
    this.table = table;
    this.clock = clock;
  }

  /**
   * Enters a change that is about to be made; a further try of the same command is the same change.
   *
   * @throws SerenoError `service_unavailable`, or what the store throws: then the change must not be made
   */
  async begin(tenant: string, deed: Deed): Promise<Place> {
    const { command } = deed;
    const pointer = command === undefined ? null : auditKeys.command(tenant, command);
    const place = await this.#append(
      tenant,
      { kind: 'change', ...deed },
      {
        known: async () => (pointer === null ? null : this.table.get(pointer)),
        steps: (known, place, at) => {
          if (known !== null) return placeOf.parse(known);
          const state: State = { ...place, tenant, at, command };
          const fresh = { condition: 'attribute_not_exists(pk)' };
          const open = auditIndex.open(tenant, at + FIRST_LOOK_MS, place);
          const expiresAt = Math.floor(at / 1000) + LEDGER_SECONDS;
          return [
            { put: { ...auditKeys.state(tenant, place), ...open, ...state }, only: fresh },
            ...(pointer === null ? [] : [{ put: { ...pointer, ...place, expiresAt }, only: fresh }]),
          ];
        },
      },
    );
    if (command !== undefined) this.#keepInMind(`${tenant}#${command}`, place);
    return place;
  }

  #keepInMind(command: string, place: Place): void {
    const [oldest] = this.#begun.keys();
    if (oldest !== undefined && this.#begun.size >= MOST_BEGUN) this.#begun.delete(oldest);
    this.#begun.set(command, place);
  }

  /** Enters what came of a change, once: what is entered first stays. */
  async end(tenant: string, change: Place, ending: Ending): Promise<void> {
    const key = auditKeys.state(tenant, change);
    await this.#append(
      tenant,
      { kind: 'outcome', about: change, ...ending },
      {
        known: () => this.table.get(key),
        steps: (row, place) => {
          // Let go meanwhile, or told before.
          if (row === null) return change;
          const state = stateSchema.parse(row);
          if (state.outcome !== undefined) return state.outcome;
          const only = { condition: 'attribute_exists(pk) AND attribute_not_exists(outcome)' };
          return [{ put: { ...key, ...state, outcome: place }, only }];
        },
      },
    );
  }

  /** Enters what came of a command, if it is a change that was entered. */
  async endCommand(tenant: string, command: string, ending: Ending): Promise<void> {
    const place = this.#begun.get(`${tenant}#${command}`) ?? (await this.#placeOf(tenant, command));
    if (place === null) return;
    await this.end(tenant, place, ending);
    this.#begun.delete(`${tenant}#${command}`);
  }

  async #placeOf(tenant: string, command: string): Promise<Place | null> {
    const row = await this.table.get(auditKeys.command(tenant, command));
    return row === null ? null : placeOf.parse(row);
  }

  /** Enters what is over already: a login, for one. */
  async add(tenant: string, deed: Deed, ending: Ending): Promise<void> {
    await this.#append(tenant, { kind: 'done', ...deed, ...ending }, NOTHING_BESIDE);
  }

  /** As `add`, once a minute for an address: who is refused without a look may come a thousand times a second. */
  async addOnce(tenant: string, deed: Deed, ending: Ending): Promise<void> {
    const now = this.clock.now();
    const minute = Math.floor(now / MINUTE_MS);
    const isFirst = await this.table.putIf(
      { ...auditKeys.refusal(tenant, deed.address, minute), expiresAt: Math.floor(now / 1000) + 3600 },
      { condition: 'attribute_not_exists(pk)' },
    );
    if (isFirst) await this.add(tenant, deed, ending);
  }

  /**
   * Appends to one of the chains.
   *
   * @throws SerenoError `service_unavailable` where others were always faster
   */
  async #append(tenant: string, said: Said, beside: Beside): Promise<Place> {
    for (let round = 0; round < ROUNDS; round++) {
      const chain = Math.floor(Math.random() * CHAINS);
      const place = await this.#inTurn(`${tenant}#${chain}`, () =>
        this.#appendTo(tenant, chain, said, beside),
      );
      if (place !== null) return place;
    }
    throw new SerenoError('service_unavailable');
  }

  /** Within one process nobody need find a chain taken. */
  async #inTurn<T>(chain: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(chain) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#turns.set(chain, mine);
    try {
      return await mine;
    } finally {
      if (this.#turns.get(chain) === mine) this.#turns.delete(chain);
    }
  }

  /** Null where somebody else was faster. */
  async #appendTo(tenant: string, chain: number, said: Said, beside: Beside): Promise<Place | null> {
    const [head, known] = await Promise.all([headOf(this.table, tenant, chain), beside.known()]);
    const at = Math.max(this.clock.now(), head.at);
    const place: Place = { chain, number: head.number + 1 };
    const more = beside.steps(known, place, at);
    if (!Array.isArray(more)) return more;
    const content = { ...said, ...place, tenant, at, prev: head.hash };
    const hash = hashOf(content);
    const isShown = said.kind !== 'outcome';
    const entry = {
      ...auditKeys.entry(tenant, place),
      ...(isShown ? auditIndex.entry(tenant, at, place) : {}),
      ...content,
      hash,
    };
    const next = {
      ...auditKeys.head(tenant, chain),
      ...auditIndex.chain(tenant, chain),
      ...head,
      number: place.number,
      hash,
      at,
      version: head.version + 1,
    };
    const written = await this.#written([
      { put: next, only: unchanged(head) },
      { put: entry, only: { condition: 'attribute_not_exists(pk)' } },
      ...more,
    ]);
    return written ? place : null;
  }

  async #written(steps: readonly Step[]): Promise<boolean> {
    try {
      return await this.table.transact(steps);
    } catch (error) {
      // Somebody else was at the same rows all the time: the next round begins elsewhere.
      if (error instanceof TransactionCanceledException) return false;
      throw error;
    }
  }
}
