// A caller of the API, like an HR portal, and a system to call; for tests that cross all folders.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type System, startSystem } from '../../infra/local/system.ts';
import type { SystemOptions } from '../../infra/local/system-options.ts';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  readonly body: any;
  readonly headers: Headers;
}

export type Caller = (
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

/** A caller with `token`; a string body is sent as it is. */
export function callerOf(url: string, token: string | null): Caller {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
  };
}

export interface Running {
  readonly system: System;
  readonly dataDir: string;
  readonly call: Caller;
  stop(): Promise<void>;
}

/** The whole system in a data folder of its own, which is deleted when it stops. */
export async function startForTest(options: Omit<SystemOptions, 'dataDir'> = {}): Promise<Running> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sereno-e2e-'));
  const system = await startSystem({ ...options, dataDir });
  return {
    system,
    dataDir,
    call: callerOf(system.url, system.token),
    async stop() {
      await system.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Asks until the operation has an outcome that is final; every question is answered by the real system. */
export async function settled(call: Caller, operationId: string, withinMs = 30_000): Promise<Answer> {
  const until = Date.now() + withinMs;
  for (;;) {
    const answer = await call('GET', `/operations/${operationId}`);
    const state = answer.body?.data?.state;
    if (!['accepted', 'running', 'unknown'].includes(state) || Date.now() > until) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
