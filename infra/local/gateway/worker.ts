// The worker thread of the cloud's half: the gateway and the Lambda functions, with an environment of their own.
import { parentPort, workerData } from 'node:worker_threads';
import { routes } from '../../../shared/api/routes.ts';
import { consoleFolder } from '../../console/build.ts';
import type { WorkerGreeting } from '../worker-host.ts';
import { Functions } from './invoke.ts';
import { Gateway } from './server.ts';

export interface GatewayWorkerData {
  readonly port: number;
  readonly jwks: object;
  /** The functions' time limit. */
  readonly lambdaMs: number;
  /** Report each call of a function. */
  readonly meters: boolean;
}

/** What the main thread may ask. */
export type GatewayRequest =
  | { readonly kind: 'stop' }
  /** Takes no more requests; functions can still be invoked. */
  | { readonly kind: 'close'; readonly id: number }
  | { readonly kind: 'invoke'; readonly id: number; readonly name: string; readonly event: unknown };
export interface GatewayReply {
  readonly id: number;
  readonly error?: string;
  /** What an invoked function returned. */
  readonly result?: unknown;
}
/** A function was called, through whichever door. */
export interface GatewayCalled {
  readonly called: string;
  readonly ms: number;
}

/** How long requests under way may take when the gateway closes. */
const CLOSE_MS = 3000;
const { port, jwks, lambdaMs, meters } = workerData as GatewayWorkerData;
const functions = new Functions(lambdaMs);

function onError(name: string, error: unknown): void {
  process.stderr.write(`${name}: ${error instanceof Error ? error.stack : String(error)}\n`);
}

async function invoke(name: string, event: unknown): Promise<unknown> {
  // It is built when somebody first asks for it.
  if (name === 'console') process.env.CONSOLE_DIR ??= await consoleFolder();
  const began = performance.now();
  try {
    return await functions.invoke(name, event);
  } finally {
    if (meters)
      parentPort?.postMessage({ called: name, ms: performance.now() - began } satisfies GatewayCalled);
  }
}

async function start(): Promise<Gateway> {
  const gateway = await Gateway.start({ port, jwks, invoke, onError });
  // Functions read their environment when they are first called, which is after this.
  process.env.JWKS_URL = `${gateway.url}/.well-known/jwks.json`;
  process.env.PUBLIC_URL = gateway.url;
  return gateway;
}

/** Loads the functions before anybody waits for them; one that fails here fails again, visibly, when it is called. */
async function warm(): Promise<void> {
  const names = new Set([
    'authorizer',
    'presence',
    'intake',
    'renew',
    'rpc',
    'console',
    'deliver',
    'alert',
    'keep',
    'jobs',
    ...Object.values(routes).map(({ fn }) => fn),
  ]);
  await Promise.allSettled([...names].map((name) => functions.load(name)));
}

start().then(
  async (gateway) => {
    parentPort?.on('message', (request: GatewayRequest) => {
      if (request.kind === 'stop') {
        void gateway.stop(0).then(() => process.exit(0));
        return;
      }
      const { id } = request;
      const work = request.kind === 'close' ? gateway.stop(CLOSE_MS) : invoke(request.name, request.event);
      work.then(
        (result: unknown) => parentPort?.postMessage({ id, result } satisfies GatewayReply),
        (error: unknown) => parentPort?.postMessage({ id, error: String(error) } satisfies GatewayReply),
      );
    });
    await warm();
    parentPort?.postMessage({ ready: gateway.port } satisfies WorkerGreeting);
  },
  (error: NodeJS.ErrnoException) => {
    const greeting: WorkerGreeting = {
      failed: error.message,
      ...(error.code === undefined ? {} : { code: error.code }),
    };
    parentPort?.postMessage(greeting);
  },
);
