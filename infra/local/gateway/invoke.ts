// Calls the Lambda functions in this process as Lambda would: loaded once, a context, a time limit.
import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';

/** The functions' own time limit, under API Gateway's 30 s. */
export const LAMBDA_MS = 29_000;

export type Handler = (event: unknown, context: Context) => Promise<unknown>;

class FunctionTimeout extends Error {
  override readonly name = 'FunctionTimeout';
  readonly code = 'FUNCTION_TIMEOUT';
}

const FOLDER = new URL('../../../cloud/functions/', import.meta.url);

/** The functions of `cloud/functions`, each imported at its first call and kept, as a warm container keeps it. */
export class Functions {
  readonly #loaded = new Map<string, Promise<Handler>>();
  readonly #limitMs: number;

  constructor(limitMs = LAMBDA_MS) {
    this.#limitMs = limitMs;
  }

  /** @throws what the handler or its module throws; FunctionTimeout after the time limit */
  async invoke(name: string, event: unknown): Promise<unknown> {
    const handler = await this.load(name);
    const context = contextOf(name, Date.now() + this.#limitMs);
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new FunctionTimeout(`${name} took over ${this.#limitMs} ms`)),
      this.#limitMs,
    );
    try {
      return await Promise.race([handler(event, context), promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Imports a function, or hands out the one that is there. @throws what its module throws */
  load(name: string): Promise<Handler> {
    let loading = this.#loaded.get(name);
    if (loading === undefined) {
      loading = import(new URL(`${name}.ts`, FOLDER).href).then(
        ({ handler }: { handler: Handler }) => handler,
      );
      this.#loaded.set(name, loading);
    }
    return loading;
  }
}

function contextOf(name: string, deadline: number): Context {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${name}`,
    memoryLimitInMB: '512',
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}
