// Counts in front of the embedded DynamoDB what each request would be charged with.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { layout } from '../../../cloud/store/layout.ts';
import { type Inside, insideOf, type Serve } from './inside.ts';
import type { Item } from './intent.ts';
import { indexUnits, rowUnits } from './units.ts';

export interface Metered {
  readonly charge: 'writes' | 'reads';
  /** The operation; writes of the index are `index`. */
  readonly of: string;
  readonly count: number;
}

export type TellMetered = (metered: Metered) => void;

interface Place {
  readonly TableName: string;
  readonly Key: Item;
}

type Input = Readonly<Record<string, unknown>> & { readonly TableName?: string };

const READS = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan']);
const WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'TransactWriteItems']);
/** A transaction prepares each row and then writes it. Source: DynamoDB developer guide, "Capacity management for transactions". */
const TRANSACTION_FACTOR = 2;

/** `next` serves requests that come over the network, `serve` those from within. */
export function metered(next: Serve, serve: Serve, tell: TellMetered): Serve {
  const inside = insideOf(serve);
  return (request, response) => void count(request, response, next, inside, tell);
}

async function count(
  request: IncomingMessage,
  response: ServerResponse,
  next: Serve,
  inside: Inside,
  tell: TellMetered,
): Promise<void> {
  const text = (await buffer(request)).toString('utf8');
  const operation = String(request.headers['x-amz-target'] ?? '').replace(/^.*\./, '');
  if (READS.has(operation)) {
    const input = JSON.parse(text) as Input;
    const answered = answerOf(response, (answer) =>
      tell({ charge: 'reads', of: operation, count: readUnits(input, answer) }),
    );
    next(again(request, JSON.stringify({ ...input, ReturnConsumedCapacity: 'TOTAL' })), answered);
    return;
  }
  if (!WRITES.has(operation)) return next(again(request, text), response);
  const places = placesOf(operation, JSON.parse(text) as Input);
  const rows = () => Promise.all(places.map((place) => rowAt(inside, place)));
  const before = await rows();
  const answered = answerOf(response, () => {
    void rows().then((after) => {
      const factor = operation === 'TransactWriteItems' ? TRANSACTION_FACTOR : 1;
      for (const [at, was] of before.entries()) {
        const is = after[at] ?? null;
        tell({ charge: 'writes', of: operation, count: factor * rowUnits(was, is) });
        const units = indexUnits(was, is);
        if (units > 0) tell({ charge: 'writes', of: 'index', count: units });
      }
    });
  });
  next(again(request, text), answered);
}

/** A request that has been read, to be read once more. */
function again({ method, url, headers }: IncomingMessage, text: string): IncomingMessage {
  const { 'content-length': _length, ...others } = headers;
  return Object.assign(Readable.from([Buffer.from(text)]), {
    ...{ method, url, headers: others, complete: true },
  }) as unknown as IncomingMessage;
}

/** Tells what was answered, right before it is. */
function answerOf(response: ServerResponse, onAnswer: (text: string) => void): ServerResponse {
  const { end } = response;
  response.end = ((...given: Parameters<typeof end>) => {
    onAnswer(String(given[0] ?? ''));
    return end.apply(response, given);
  }) as typeof end;
  return response;
}

interface Consumed {
  readonly CapacityUnits?: number;
}

/** An answer that holds nothing is charged as the smallest one. */
function readUnits(input: Input, text: string): number {
  const { ConsumedCapacity } = JSON.parse(text) as { ConsumedCapacity?: Consumed | readonly Consumed[] };
  const all = [ConsumedCapacity ?? []].flat() as readonly Consumed[];
  const units = all.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  const least = input.ConsistentRead === true || 'RequestItems' in input ? 1 : 0.5;
  return Math.max(least, units);
}

function placesOf(operation: string, input: Input): Place[] {
  if (operation !== 'TransactWriteItems') return [placeOf(input)];
  const items = input.TransactItems as readonly Readonly<Record<string, Input>>[];
  return items.flatMap((entry) => Object.values(entry).map(placeOf));
}

function placeOf({ TableName = '', Key, Item: item }: Input): Place {
  const held = (Key ?? item ?? {}) as Item;
  const names = [layout.partitionKey, layout.sortKey];
  return { TableName, Key: Object.fromEntries(names.map((name) => [name, held[name]])) as Item };
}

async function rowAt(inside: Inside, place: Place): Promise<Item | null> {
  const { Item: item = null } = await inside('GetItem', { ...place, ConsistentRead: true });
  return item as Item | null;
}
