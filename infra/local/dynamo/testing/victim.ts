// A process that serves one transaction on a store on disk and is killed where it is told: `victim.ts FOLDER ROWS WHERE`.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { listen } from '../../http.ts';
import type { Serve } from '../inside.ts';
import { intentFile } from '../intent.ts';
import { Transactions } from '../transactions.ts';
import { rowsOf, transactionOf } from './rows.ts';

const [folder = '', rows = '', where = ''] = process.argv.slice(2);
const path = join(folder, 'rows');
const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
const [serve] = server.listeners('request') as [Serve];

function die(): void {
  process.kill(process.pid, 'SIGKILL');
  // The signal may take a moment; nothing more may happen until then.
  for (;;);
}

const intent = intentFile(`${path}.transaction`);
const transactions = new Transactions({
  serve: (request, response) => serve.call(server, request, response),
  intent: {
    ...intent,
    write(writes) {
      if (where === 'before') die();
      intent.write(writes);
      if (where === '0') die();
    },
    clear() {
      if (where === 'after') die();
      intent.clear();
    },
  },
  afterRow: (written) => {
    if (String(written) === where) die();
  },
});
const port = await listen(createServer(transactions.handle), 0);
const client = new DynamoDBClient({
  endpoint: `http://127.0.0.1:${port}`,
  region: 'local',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  maxAttempts: 1,
});
await client.send(transactionOf(rowsOf(Number(rows)), 'new'));
