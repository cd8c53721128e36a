// Runs a part of local mode in a worker thread of its own: started, asked to stop, loud if it dies.
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { Worker } from 'node:worker_threads';

export interface WorkerStart {
  readonly script: URL;
  readonly data: unknown;
  /** The worker's whole environment: AWS settings of a developer's shell must not reach it. */
  readonly env: Record<string, string>;
  /** Appended with what the worker writes to stdout and stderr. */
  readonly log: string;
  /** Called if the worker ends without having been asked to. */
  readonly onDeath: (cause: Error) => void;
}

/** The first message of every worker. */
export type WorkerGreeting = { readonly ready: number } | { readonly failed: string; readonly code?: string };

export class WorkerStartError extends Error {
  override readonly name = 'WorkerStartError';
  readonly code: string;

  constructor(message: string, code = 'WORKER_START') {
    super(message);
    this.code = code;
  }
}

export class WorkerHost {
  readonly worker: Worker;
  /** The loopback port that the worker serves. */
  readonly port: number;
  readonly #log: WriteStream;
  readonly #ended: Promise<unknown>;
  #stopping = false;

  private constructor(worker: Worker, port: number, log: WriteStream, onDeath: (cause: Error) => void) {
    this.worker = worker;
    this.port = port;
    this.#log = log;
    let cause = new Error('a worker thread ended by itself');
    worker.on('error', (error: Error) => {
      cause = error;
    });
    this.#ended = new Promise((resolve) => {
      worker.on('exit', (status) => {
        resolve(status);
        if (!this.#stopping) onDeath(cause);
      });
    });
  }

  /** @throws WorkerStartError with the worker's own code (EADDRINUSE) if it cannot serve */
  static async start({ script, data, env, log, onDeath }: WorkerStart): Promise<WorkerHost> {
    const worker = new Worker(script, { workerData: data, env, stdout: true, stderr: true });
    const output = createWriteStream(log, { flags: 'a', mode: 0o600 });
    worker.stdout.pipe(output, { end: false });
    worker.stderr.pipe(output, { end: false });
    const silent = once(worker, 'exit').then((): [WorkerGreeting] => [
      { failed: 'a worker thread ended at its start' },
    ]);
    const [greeting] = (await Promise.race([once(worker, 'message'), silent])) as [WorkerGreeting];
    if ('ready' in greeting) return new WorkerHost(worker, greeting.ready, output, onDeath);
    await worker.terminate();
    output.end();
    throw new WorkerStartError(greeting.failed, greeting.code);
  }

  /** Asks the worker to finish and waits for it; after `graceMs` it is ended. */
  async stop(graceMs: number): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.worker.postMessage({ kind: 'stop' });
    const timer = setTimeout(() => void this.worker.terminate(), graceMs);
    await this.#ended;
    clearTimeout(timer);
    this.#log.end();
  }
}
