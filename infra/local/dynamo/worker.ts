// The worker thread that serves the embedded DynamoDB to whoever signs with this run's key.
import { parentPort, workerData } from 'node:worker_threads';
import dynalite from 'dynalite';
import { type Credentials, signatureCheck } from '../aws/sigv4.ts';
import { listen, stopServer } from '../http.ts';
import type { WorkerGreeting } from '../worker-host.ts';
import type { Serve } from './inside.ts';
import { intentFile } from './intent.ts';
import { metered, type TellMetered } from './metering.ts';
import { Transactions } from './transactions.ts';

export interface DynamoWorkerData {
  readonly path: string;
  readonly credentials: Credentials;
  readonly region: string;
  /** Report what each request would be charged with. */
  readonly meters: boolean;
}

const { path, credentials, region, meters } = workerData as DynamoWorkerData;
const check = signatureCheck(credentials, { region, service: 'dynamodb' });
const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
const [serve] = server.listeners('request') as Serve[];
if (serve === undefined) throw new Error('dynalite serves nothing');
const serveInside: Serve = (request, response) => serve.call(server, request, response);
const transactions = new Transactions({
  serve: serveInside,
  // Beside the store's own folder, in which nothing else may lie.
  intent: intentFile(`${path}.transaction`),
});
const tell: TellMetered = (charged) => parentPort?.postMessage(charged);
const answer = meters ? metered(transactions.handle, serveInside, tell) : transactions.handle;
server.removeAllListeners('request');
server.keepAliveTimeout = 60_000;
server.on('connection', (socket) => socket.setNoDelay(true));
server.on('request', (request, response) => {
  const { method = '', url = '/', headers } = request;
  const wrong = check({ method, url, headers });
  if (wrong === null) {
    answer(request, response);
    return;
  }
  const type = 'com.amazon.coral.service#UnrecognizedClientException';
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0', connection: 'close' });
  response.end(JSON.stringify({ __type: type, message: wrong }));
});

parentPort?.on('message', () => {
  void stopServer(server, 500).then(() => parentPort?.close());
});
transactions
  .recover()
  .then(() => listen(server, 0))
  .then(
    (port) => parentPort?.postMessage({ ready: port } satisfies WorkerGreeting),
    (error: unknown) => parentPort?.postMessage({ failed: String(error) } satisfies WorkerGreeting),
  );
