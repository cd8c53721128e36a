// What is asked of the table, in DynamoDB's expressions but without its two lists of placeholders: `#name` stands for the
// attribute of that name, `:name` for the value of that name.

export type Row = Record<string, unknown>;
type Values = Readonly<Record<string, unknown>>;

interface WithValues {
  /** By name without the colon; those that no expression names are left out. */
  readonly values?: Values;
}

export interface Condition extends WithValues {
  readonly condition: string;
}

export interface Change extends WithValues {
  /** What follows SET: `tries = tries + :one`. */
  readonly set?: string;
  /** What follows REMOVE. */
  readonly remove?: string;
}

/** Which sort keys: `from` and `to` are included, `before` and `after` are not. */
export type SortKeys =
  | { readonly begins: string }
  | { readonly before: string }
  | { readonly after: string }
  | { readonly from: string; readonly to: string };

export interface Query extends WithValues {
  readonly pk: string;
  /** All of the partition where left out. */
  readonly sk?: SortKeys;
  /** Keys of the index instead: it follows the table a moment later. Without it reads are strongly consistent. */
  readonly index?: true;
  readonly filter?: string;
  /** Attributes that are wanted; all where left out. */
  readonly only?: readonly string[];
  /** From the last sort key to the first. */
  readonly backwards?: true;
}

/** `#a = :a, #b = :b` for all values that are defined: what follows SET. */
export function assignments(values: Values): string {
  const names = Object.keys(values).filter((name) => values[name] !== undefined);
  return names.map((name) => `#${name} = :${name}`).join(', ');
}

/** The two lists of placeholders, made of what the expressions name. DynamoDB refuses an empty one, and a name too many. */
export function placeholders(expressions: readonly (string | undefined)[], values: Values = {}) {
  const text = expressions.join(' ');
  const names = new Set(text.match(/#\w+/g));
  const places = [...new Set(text.match(/:\w+/g))].filter((place) => values[place.slice(1)] !== undefined);
  return {
    ...(names.size === 0
      ? {}
      : { ExpressionAttributeNames: Object.fromEntries([...names].map((name) => [name, name.slice(1)])) }),
    ...(places.length === 0
      ? {}
      : {
          ExpressionAttributeValues: Object.fromEntries(
            places.map((place) => [place, values[place.slice(1)]]),
          ),
        }),
  };
}

/** What follows KeyConditionExpression; its values are `pk` and those of `sk`. */
export function keyCondition(pkName: string, skName: string, sk: SortKeys | undefined): string {
  const inPartition = `${pkName} = :pk`;
  if (sk === undefined) return inPartition;
  if ('begins' in sk) return `${inPartition} AND begins_with(${skName}, :begins)`;
  if ('from' in sk) return `${inPartition} AND ${skName} BETWEEN :from AND :to`;
  return `${inPartition} AND ${skName} ${'after' in sk ? '> :after' : '< :before'}`;
}
