// The main thread's handle of the gateway's worker: where it listens, and a way to invoke a function as a rule does.

import type { Meter } from '../meter.ts';
import { WorkerHost, type WorkerStart, WorkerStartError } from '../worker-host.ts';
import type { GatewayCalled, GatewayReply, GatewayRequest, GatewayWorkerData } from './worker.ts';

export interface GatewayHostOptions
  extends Omit<WorkerStart, 'script' | 'data'>,
    Omit<GatewayWorkerData, 'meters'> {
  /** Counts calls of functions. */
  readonly meter?: Meter | undefined;
  /** Takes a free port where `port` is taken. */
  readonly anyPort: boolean;
  /** A test's way to give events of functions something to carry. */
  readonly mark?: ((name: string, event: object) => object) | undefined;
}

export class GatewayHost {
  readonly url: string;
  readonly #host: WorkerHost;
  readonly #waiting = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: Error) => void }
  >();
  readonly #mark: (name: string, event: object) => object;
  #lastId = 0;
  #ended = false;

  private constructor(host: WorkerHost, { mark, meter }: GatewayHostOptions) {
    this.#host = host;
    this.#mark = mark ?? ((_name, event) => event);
    this.url = `http://127.0.0.1:${host.port}`;
    host.worker.on('message', (message: GatewayReply | GatewayCalled) => {
      if ('called' in message) {
        const { called: of, ms } = message;
        meter?.add({ charge: 'calls', of, count: 1 });
        meter?.add({ charge: 'callMs', of, count: ms });
        return;
      }
      const { id, error, result } = message;
      const call = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) call?.resolve(result);
      else call?.reject(new Error(error));
    });
    host.worker.on('exit', () => {
      this.#ended = true;
      for (const call of this.#waiting.values()) call.reject(new Error('the gateway has stopped'));
      this.#waiting.clear();
    });
  }

  /** @throws WorkerStartError, code EADDRINUSE if the port is taken and no other is allowed */
  static async start(options: GatewayHostOptions): Promise<GatewayHost> {
    const { port, anyPort, jwks, lambdaMs, meter, mark: _mark, ...host } = options;
    const script = new URL('./worker.ts', import.meta.url);
    const startOn = (at: number): Promise<WorkerHost> => {
      const data: GatewayWorkerData = { port: at, jwks, lambdaMs, meters: meter !== undefined };
      return WorkerHost.start({ ...host, script, data });
    };
    const started = startOn(port).catch((error: unknown) => {
      if (anyPort && error instanceof WorkerStartError && error.code === 'EADDRINUSE') return startOn(0);
      throw error;
    });
    return new GatewayHost(await started, options);
  }

  /** Invokes a function of `cloud/functions` with an event and hands out what it returned. @throws what it threw */
  invoke(name: string, event: object): Promise<unknown> {
    return this.#ask((id) => ({ kind: 'invoke', id, name, event: this.#mark(name, event) }));
  }

  /** Takes no more requests and lets those under way end; functions can still be invoked. */
  async close(): Promise<void> {
    await this.#ask((id) => ({ kind: 'close', id }));
  }

  stop(): Promise<void> {
    return this.#host.stop(5000);
  }

  async #ask(requestOf: (id: number) => GatewayRequest): Promise<unknown> {
    if (this.#ended) throw new Error('the gateway has stopped');
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const id = ++this.#lastId;
    this.#waiting.set(id, { resolve, reject });
    this.#host.worker.postMessage(requestOf(id));
    return promise;
  }
}
