// TransactWriteItems in front of the embedded DynamoDB, which has none: all rows of one are written or none is, also if the process is killed between two.
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import * as z from 'zod';
import { Gate } from './gate.ts';
import { Declined, type Inside, insideOf, type Serve } from './inside.ts';
import type { Intent, Write } from './intent.ts';
import { ACTIONS, type Rehearsed, Stage, type Step } from './rehearsal.ts';

/** Source: DynamoDB API reference, TransactWriteItems. */
const MOST_ITEMS = 100;
const TOKEN_MS = 10 * 60_000;
const WRITES = /\.(PutItem|UpdateItem|DeleteItem|BatchWriteItem)$/;

const item = z.record(z.string(), z.unknown());
const input = z.looseObject({ TableName: z.string(), Key: item.optional(), Item: item.optional() });
const requestSchema = z.object({
  TransactItems: z
    .array(z.partialRecord(z.enum(ACTIONS), input))
    .min(1)
    .max(MOST_ITEMS),
  ClientRequestToken: z.string().optional(),
});

/** Why a transaction was called off, one entry for each of its items. */
class Cancelled extends Declined {
  readonly reasons: readonly object[];

  constructor(results: readonly Rehearsed[]) {
    const reasons = results.map((result) =>
      result.kind === 'writes'
        ? { Code: 'None' }
        : {
            Code: result.code,
            Message: result.message,
            ...(result.item === null ? {} : { Item: result.item }),
          },
    );
    const codes = reasons.map(({ Code }) => Code).join(', ');
    super(
      400,
      'TransactionCanceledException',
      `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    );
    this.reasons = reasons;
  }
}

export interface TransactionsOptions {
  readonly serve: Serve;
  readonly intent: Intent;
  /** Tests of what happens between two rows: called after each with how many are written. */
  readonly afterRow?: (written: number) => void;
  /** Tests of what AWS does when two transactions meet: true calls one off for that reason. */
  readonly conflicts?: () => boolean;
}

export class Transactions {
  readonly #options: TransactionsOptions;
  readonly #inside: Inside;
  readonly #stage: Stage;
  readonly #gate = new Gate();
  readonly #done = new Map<string, { readonly digest: string; readonly at: number }>();
  #unfinished = false;

  constructor(options: TransactionsOptions) {
    this.#options = options;
    this.#inside = insideOf(options.serve);
    this.#stage = new Stage(this.#inside);
    this.#unfinished = options.intent.read() !== null;
  }

  /** Finishes what a killed process had begun; nothing may be served before. */
  async recover(): Promise<void> {
    await this.#finish(this.#options.intent.read() ?? []);
  }

  /** Serves one request, transactions by itself. */
  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    const target = String(request.headers['x-amz-target'] ?? '');
    if (target.endsWith('.TransactWriteItems')) void this.#answer(request, response);
    else if (WRITES.test(target)) void this.#passBeside(request, response);
    else this.#options.serve(request, response);
  };

  async #passBeside(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const leave = await this.#gate.beside();
    const { end } = response;
    response.end = ((...given: Parameters<typeof end>) => {
      leave();
      return end.apply(response, given);
    }) as typeof end;
    // Whoever goes away before all of the request came is never answered.
    response.once('close', () => {
      if (!request.complete) leave();
    });
    this.#options.serve(request, response);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const type = { 'content-type': 'application/x-amz-json-1.0' };
    try {
      const body = await buffer(request);
      await this.#transact(body);
      response.writeHead(200, type).end('{}');
    } catch (error) {
      const known =
        error instanceof Declined ? error : new Declined(500, 'InternalServerError', String(error));
      const reasons = known instanceof Cancelled ? { CancellationReasons: known.reasons } : {};
      const __type = `com.amazonaws.dynamodb.v20120810#${known.type}`;
      response.writeHead(known.status, type);
      response.end(JSON.stringify({ __type, message: known.message, Message: known.message, ...reasons }));
    }
  }

  async #transact(body: Buffer): Promise<void> {
    const parsed = requestSchema.safeParse(JSON.parse(body.toString('utf8')));
    if (!parsed.success) throw new Declined(400, 'ValidationException', z.prettifyError(parsed.error));
    const { TransactItems, ClientRequestToken: token } = parsed.data;
    const digest = createHash('sha256').update(body).digest('hex');
    const leave = await this.#gate.alone();
    try {
      if (this.#unfinished) await this.recover();
      if (token !== undefined && this.#isRepeat(token, digest)) return;
      const steps = await Promise.all(TransactItems.map((entry) => this.#step(entry)));
      const rows = steps.map(({ table, key }) => JSON.stringify([table, ...Object.entries(key).sort()]));
      if (new Set(rows).size < rows.length) {
        const sentence = 'Transaction request cannot include multiple operations on one item';
        throw new Declined(400, 'ValidationException', sentence);
      }
      const results = await this.#rehearse(steps);
      if (results.some(({ kind }) => kind === 'refused')) throw new Cancelled(results);
      const writes = results.flatMap((result) =>
        result.kind === 'writes' && result.write !== null ? [result.write] : [],
      );
      this.#options.intent.write(writes);
      this.#unfinished = true;
      await this.#finish(writes);
      if (token !== undefined) this.#done.set(token, { digest, at: Date.now() });
    } finally {
      leave();
    }
  }

  async #finish(writes: readonly Write[]): Promise<void> {
    let written = 0;
    const write = async ({ TableName, Key, Item }: Write) => {
      if (Item === null) await this.#inside('DeleteItem', { TableName, Key });
      else await this.#inside('PutItem', { TableName, Item });
      written += 1;
      this.#options.afterRow?.(written);
    };
    await Promise.all(writes.map(write));
    this.#options.intent.clear();
    this.#unfinished = false;
  }

  async #rehearse(steps: readonly Step[]): Promise<Rehearsed[]> {
    if (this.#options.conflicts?.() === true) {
      const message = 'Transaction is ongoing for the item';
      return steps.map(() => ({ kind: 'refused', code: 'TransactionConflict', message, item: null }));
    }
    return Promise.all(steps.map((step) => this.#stage.rehearse(step)));
  }

  async #step(entry: z.output<typeof requestSchema>['TransactItems'][number]): Promise<Step> {
    const [only, second] = Object.entries(entry);
    if (only === undefined || second !== undefined) {
      throw new Declined(
        400,
        'ValidationException',
        'TransactItems can only contain one of their actions each',
      );
    }
    const [action, given] = only as [Step['action'], z.output<typeof input>];
    const { TableName: table, Key, Item = {} } = given;
    const names = await this.#stage.keysOf(table);
    const key = Key ?? Object.fromEntries(names.map((name) => [name, Item[name]]));
    return { action, table, key, input: given };
  }

  /** True if this very request has been served. @throws Declined if its token was another request's */
  #isRepeat(token: string, digest: string): boolean {
    for (const [old, { at }] of this.#done) if (Date.now() - at > TOKEN_MS) this.#done.delete(old);
    const known = this.#done.get(token);
    if (known === undefined) return false;
    if (known.digest === digest) return true;
    throw new Declined(400, 'IdempotentParameterMismatchException', 'The token is of another request');
  }
}
