// The Lambda service of a test: its Runtime API on loopback, and the function's bundle in a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { BUNDLE_HANDLER } from '../../infra/cdk/bundle.ts';

const BOOTSTRAP = fileURLToPath(new URL('./bootstrap.mjs', import.meta.url));
const INVOKE_MS = 29_000;

export interface HostOptions {
  readonly name: string;
  /** The folder of the bundle. */
  readonly folder: string;
  /** The function's variables; the process gets nothing else of this machine's environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Milliseconds since the process was started. */
export interface InitTimes {
  /** Node runs the first line of the bootstrap. */
  readonly started: number;
  /** The bundle is loaded. */
  readonly loaded: number;
}

class FunctionFailed extends Error {
  override readonly name = 'FunctionFailed';
  readonly code = 'FUNCTION_FAILED';
}

interface Waiting {
  readonly event: unknown;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class LambdaHost {
  readonly #server: Server;
  readonly #queue: Waiting[] = [];
  readonly #running = new Map<string, Waiting>();
  readonly #options: HostOptions;
  readonly #ready = Promise.withResolvers<InitTimes>();
  #child: ChildProcess | null = null;
  #idle: ServerResponse | null = null;
  #output = '';

  private constructor(server: Server, options: HostOptions) {
    this.#server = server;
    this.#options = options;
    // Whoever waits for it gets the failure; stopping a host must not end the process with an unhandled rejection.
    this.#ready.promise.catch(() => {});
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  /** Starts the process; does not wait for it. */
  static async start(options: HostOptions): Promise<LambdaHost> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const host = new LambdaHost(server, options);
    host.#spawn((server.address() as AddressInfo).port);
    return host;
  }

  /** When the bundle was loaded. @throws FunctionFailed with what the process said if it could not be */
  get ready(): Promise<InitTimes> {
    return this.#ready.promise;
  }

  /** What the function wrote to its log. */
  get output(): string {
    return this.#output;
  }

  /** @throws FunctionFailed with the error that the handler threw, or if it took too long */
  invoke(event: unknown): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const timer = setTimeout(() => reject(new FunctionFailed(`no answer: ${this.#output}`)), INVOKE_MS);
    this.#queue.push({ event, resolve, reject });
    this.#handOut();
    return promise.finally(() => clearTimeout(timer));
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #spawn(port: number): void {
    const { name, folder, env } = this.#options;
    const child = spawn(process.execPath, [BOOTSTRAP], {
      cwd: folder,
      env: {
        ...env,
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
        LAMBDA_TASK_ROOT: folder,
        _HANDLER: BUNDLE_HANDLER,
        AWS_LAMBDA_FUNCTION_NAME: `sereno-test-${name}`,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
        AWS_LAMBDA_LOG_FORMAT: 'JSON',
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        TZ: ':UTC',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString('utf8');
      });
    }
    child.on('exit', () => this.#fail(new FunctionFailed(`the process ended: ${this.#output}`)));
  }

  #fail(error: Error): void {
    this.#ready.reject(error);
    for (const waiting of [...this.#queue.splice(0), ...this.#running.values()]) waiting.reject(error);
    this.#running.clear();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').replace('/2018-06-01/runtime/', '');
    if (path === 'invocation/next') {
      const { 'sereno-started-ms': started, 'sereno-loaded-ms': loaded } = request.headers;
      this.#ready.resolve({ started: Number(started), loaded: Number(loaded) });
      this.#idle = response;
      this.#handOut();
      return;
    }
    const body = Buffer.concat(await request.toArray()).toString('utf8');
    response.writeHead(202).end();
    const [, id = '', outcome] = path.split('/');
    const waiting = this.#running.get(id);
    this.#running.delete(id);
    if (path === 'init/error') this.#fail(new FunctionFailed(body));
    else if (outcome === 'response') waiting?.resolve(JSON.parse(body));
    else waiting?.reject(new FunctionFailed(body));
  }

  /** Gives the next event to the process, if there is one and it asks. */
  #handOut(): void {
    const waiting = this.#queue[0];
    if (waiting === undefined || this.#idle === null) return;
    const id = randomUUID();
    this.#queue.shift();
    this.#running.set(id, waiting);
    this.#idle.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': id,
      'lambda-runtime-deadline-ms': String(Date.now() + INVOKE_MS),
      'lambda-runtime-invoked-function-arn': `arn:aws:lambda:eu-west-1:111122223333:function:${this.#options.name}`,
    });
    this.#idle.end(JSON.stringify(waiting.event));
    this.#idle = null;
  }
}
