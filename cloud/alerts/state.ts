// The alerts of a tenant in the table: one row with its problems, the round that is being told, and how far the feed has been
// looked at. All of it changes in one write, by one function at a time.
import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { type Position, positionSchema } from '../events/reading.ts';
import { eventKeys } from '../store/event-keys.ts';
import { type Hold, holdRow, noteHeld } from '../store/held.ts';
import type { Table } from '../store/table.ts';
import { changesSchema, type Problems, problemsSchema } from './problems.ts';

const roundSchema = z.object({ id: z.string(), at: z.number(), changes: changesSchema });
/** What is told at one time: to each address in one notice. */
export type Round = z.infer<typeof roundSchema>;

const ANYTHING = { condition: 'attribute_exists(pk)' } as const;

function packed(value: unknown): Uint8Array {
  return gzipSync(JSON.stringify(value));
}

/** Large where many things are wrong at once: kept gzipped. */
export function packedOf<T>(schema: z.ZodType<T>) {
  return z
    .instanceof(Uint8Array)
    .transform((bytes): unknown => JSON.parse(gunzipSync(bytes).toString('utf8')))
    .pipe(schema as z.ZodType<T, unknown>);
}

const rowSchema = z.object({
  position: positionSchema,
  problems: packedOf(problemsSchema),
  round: packedOf(roundSchema.nullable()),
  /** Epoch ms when something is to be told, at the earliest; 0: nothing is. */
  dueAt: z.number(),
});

export interface AlertState {
  readonly position: Position;
  readonly problems: Problems;
  readonly round: Round | null;
  readonly dueAt: number;
}

function stateOf(row: unknown): AlertState {
  const { problems, ...rest } = rowSchema.parse(row);
  return { ...rest, problems: new Map(problems.map((problem) => [problem.key, problem])) };
}

function rowOf({ position, problems, round, dueAt }: AlertState) {
  return { position, problems: packed([...problems.values()]), round: packed(round), dueAt };
}

export class AlertStates {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async get(tenant: string): Promise<AlertState | null> {
    const row = await this.#table.get(eventKeys.alerts(tenant));
    return row === null ? null : stateOf(row);
  }

  /** Begins at a position, unless there are alerts already. */
  async begin(tenant: string, position: Position): Promise<void> {
    const empty: AlertState = { position, problems: new Map(), round: null, dueAt: 0 };
    const row = { ...eventKeys.alerts(tenant), ...rowOf(empty), holder: '', heldUntil: 0 };
    await this.#table.putIf(row, { condition: 'attribute_not_exists(pk)' });
  }

  /** Takes the alerts of a tenant; null where another has them. */
  async hold(tenant: string, hold: Hold, now: number): Promise<AlertState | null> {
    const row = await holdRow(this.#table, eventKeys.alerts(tenant), hold, now, ANYTHING);
    return row === null ? null : stateOf(row);
  }

  /** Writes them; false if another has taken over. */
  note(tenant: string, { holder, heldUntil }: Hold, state: AlertState): Promise<boolean> {
    return noteHeld(this.#table, eventKeys.alerts(tenant), holder, { ...rowOf(state), heldUntil });
  }
}
