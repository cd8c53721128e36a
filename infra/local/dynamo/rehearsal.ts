// Tries one write of a transaction on a copy of its row, in memory: conditions and updates are the store's own, and nothing real changes.
import dynalite from 'dynalite';
import { Declined, type Inside, insideOf, type Serve } from './inside.ts';
import type { Item, Write } from './intent.ts';

export const ACTIONS = ['ConditionCheck', 'Put', 'Delete', 'Update'] as const;
export type Action = (typeof ACTIONS)[number];

/** One entry of TransactItems, opened up. */
export interface Step {
  readonly action: Action;
  readonly table: string;
  readonly key: Item;
  readonly input: Readonly<Record<string, unknown>>;
}

export type Rehearsed =
  | { readonly kind: 'writes'; readonly write: Write | null }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string; readonly item: Item | null };

const OPERATIONS = {
  ConditionCheck: 'DeleteItem',
  Put: 'PutItem',
  Delete: 'DeleteItem',
  Update: 'UpdateItem',
} as const;

interface Described {
  readonly Table: {
    readonly TableStatus: string;
    readonly KeySchema: readonly { readonly AttributeName: string; readonly KeyType: string }[];
    readonly AttributeDefinitions: readonly { readonly AttributeName: string }[];
  };
}

export class Stage {
  readonly #inside: Inside;
  /** Tables of the same names, empty between two rehearsals. */
  readonly #scratch = inMemory();
  readonly #keys = new Map<string, Promise<readonly string[]>>();

  constructor(inside: Inside) {
    this.#inside = inside;
  }

  /** The names of a table's key attributes; the first time, the place for rehearsals is made. */
  keysOf(table: string): Promise<readonly string[]> {
    const known = this.#keys.get(table) ?? this.#prepare(table);
    this.#keys.set(table, known);
    known.catch(() => this.#keys.delete(table));
    return known;
  }

  async #prepare(table: string): Promise<readonly string[]> {
    const { Table } = (await this.#inside('DescribeTable', { TableName: table })) as unknown as Described;
    const names = Table.KeySchema.map(({ AttributeName }) => AttributeName);
    await this.#scratch('CreateTable', {
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: Table.KeySchema,
      AttributeDefinitions: Table.AttributeDefinitions.filter((one) => names.includes(one.AttributeName)),
    });
    // A table that was just asked for is not there yet.
    for (let status = ''; status !== 'ACTIVE'; ) {
      const told = (await this.#scratch('DescribeTable', { TableName: table })) as unknown as Described;
      status = told.Table.TableStatus;
    }
    return names;
  }

  /** What a step would write. @throws Declined for what is no valid request */
  async rehearse({ action, table, key, input }: Step): Promise<Rehearsed> {
    const at = { TableName: table, Key: key };
    const { Item = null } = (await this.#inside('GetItem', { ...at, ConsistentRead: true })) as {
      Item?: Item;
    };
    if (Item !== null) await this.#scratch('PutItem', { TableName: table, Item });
    const { ReturnValuesOnConditionCheckFailure: asks, ...own } = input;
    const values = action === 'Update' ? { ReturnValues: 'ALL_NEW' } : {};
    try {
      const { Attributes } = await this.#scratch(OPERATIONS[action], { ...own, ...values });
      if (action === 'ConditionCheck') return { kind: 'writes', write: null };
      const after = action === 'Put' ? own.Item : Attributes;
      return {
        kind: 'writes',
        write: { TableName: table, Key: key, Item: (after as Item | undefined) ?? null },
      };
    } catch (error) {
      if (!(error instanceof Declined) || error.type !== 'ConditionalCheckFailedException') throw error;
      const item = asks === 'ALL_OLD' ? Item : null;
      return { kind: 'refused', code: 'ConditionalCheckFailed', message: error.message, item };
    } finally {
      await this.#scratch('DeleteItem', at);
    }
  }
}

/** Tables of this process alone. */
function inMemory(): Inside {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const [serve] = server.listeners('request') as [Serve];
  return insideOf((request, response) => serve.call(server, request, response));
}
