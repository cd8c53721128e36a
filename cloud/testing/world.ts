// A small real world for handler tests: DynamoDB (dynalite) and the IoT data plane over HTTP, and an agent of a few lines.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { noIntent } from '../../infra/local/dynamo/intent.ts';
import { Transactions } from '../../infra/local/dynamo/transactions.ts';
import { type Command, commandSchema, presenceEventSchema, type Reply } from '../../shared/wire/envelope.ts';
import { type Stored, storedSchema } from '../../shared/wire/events.ts';
import { parseTopic, replyPart, type SiteAddress, topics } from '../../shared/wire/topics.ts';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import { log } from '../log.ts';
import { applyPresence } from '../presence/presence.ts';
import type { Row } from '../store/expressions.ts';
import { type RowKey, ruleItem } from '../store/keys.ts';
import { Table } from '../store/table.ts';
import { bodyOf, createTable, type Fate, fated, listen, type Serve } from './servers.ts';

const TABLE = 'sereno-test';

/** What the fake agent makes of a command: messages to publish, in order; nothing for silence. */
export type Agent = (command: Command, at: SiteAddress) => readonly Message[] | Promise<readonly Message[]>;
export type Message =
  | { readonly reply: Partial<Reply> & Pick<Reply, 'status'>; readonly about?: string }
  | { readonly progress: { readonly seq: number; readonly stage: string } }
  | { readonly part: number; readonly bytes: Uint8Array };

type Change = (row: Row) => Row;

/** A message of the broker. */
const MESSAGE_BYTES = 128 * 1024;

function argsIn(packed: string): unknown {
  return JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString('utf8'));
}

export interface World {
  /** Answers commands; by default with silence. */
  agent: Agent;
  /** HTTP status of the next direct messages and publishes, 200 where empty. */
  readonly directStatus: number[];
  readonly publishStatus: number[];
  /** Asked for every request that a handler makes of DynamoDB or the data plane; by default all are served. */
  fate: (request: IncomingMessage) => Fate;
  /** What the broker knows of connections, by client id; of others it says that they do not exist. */
  readonly connections: Map<string, { readonly connected: boolean; readonly disconnectedSince?: number }>;
  /** Ids of the certificates of every thing. */
  readonly certificates: string[];
  /** What agents were told of their events, in order. */
  readonly stored: Stored[];
  /** Every command that reached the stand-in, in order. */
  readonly received: Command[];
  readonly table: Table;
  readonly tableName: string;
  /** Stores a message as the IoT rule does. */
  store(topic: string, body: Uint8Array, at?: number): Promise<void>;
  /** Stores a reply of the agent at `at` to `command`. */
  reply(
    at: SiteAddress,
    command: Pick<Command, 'id'>,
    reply: Partial<Reply> & Pick<Reply, 'status'>,
  ): Promise<void>;
  /** Every row there is. */
  everything(): Promise<Record<string, unknown>[]>;
  /** Changes the rows of a partition. */
  rewrite(pk: string, change: Change): Promise<void>;
  /** Changes every idempotency row. */
  rewriteClaims(change: Change): Promise<void>;
  /** Removes every row. */
  clear(): Promise<void>;
  /** Forgets what was received; from then on messages are taken and agents are silent. */
  quiet(): void;
  close(): Promise<void>;
}

/** Lets an agent of `site` say hello with these devices, all of them reachable. */
export async function hello(
  world: World,
  tenant: string,
  site: string,
  devices: readonly string[],
): Promise<void> {
  const at = Date.now();
  const body = {
    v: 1,
    session: 's1',
    agentVersion: 'test',
    at,
    clockOffsetMs: 0,
    journalDepth: 0,
    tenureSince: 0,
    devices: devices.map((id, index) => ({
      id,
      name: `Terminal ${id}`,
      host: `192.168.1.${201 + index}`,
      port: 4370,
      source: 'file',
      timezone: 'America/La_Paz',
      reachable: true,
      lastSeen: at,
    })),
  };
  const event = {
    tenant,
    site,
    kind: 'hello',
    at,
    body: Buffer.from(JSON.stringify(body)).toString('base64'),
  };
  const directory = new DynamoDirectory(world.table);
  await applyPresence(
    directory,
    presenceEventSchema.parse(event),
    async () => undefined,
    async () => null,
  );
}

function fullReply(command: Pick<Command, 'id'>, reply: Partial<Reply> & Pick<Reply, 'status'>): Reply {
  return {
    v: 1,
    id: command.id,
    applied: reply.status === 'ok' ? 'yes' : 'no',
    verified: 'none',
    queueMs: 0,
    deviceMs: 1,
    agentVersion: 'test',
    replayed: false,
    ...reply,
  };
}

/** Starts both stand-ins and points the environment at them; call before the first handler runs. */
export async function startWorld(): Promise<World> {
  const dynamo = dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  const [serve] = dynamo.listeners('request') as Serve[];
  const transactions = new Transactions({ serve: serve as Serve, intent: noIntent });
  const own = createServer(transactions.handle);
  const store = createServer(fated((request) => world.fate(request), transactions.handle));
  const answering: Promise<void>[] = [];
  const iot = createServer(
    fated(
      (request) => world.fate(request),
      (request, response) => void answering.push(answer(request, response)),
    ),
  );
  // Only asked for a thing's principals.
  const control = createServer((_request, response) => {
    const principals = world.certificates.map((id) => `arn:aws:iot:us-east-1:1:cert/${id}`);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ principals }));
  });
  const [ownUrl, dynamoUrl, iotUrl, controlUrl] = await Promise.all([own, store, iot, control].map(listen));
  const folder = mkdtempSync(join(tmpdir(), 'sereno-world-'));
  const sealKey = join(folder, 'seal.key');
  writeFileSync(sealKey, randomBytes(32), { mode: 0o600 });
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: dynamoUrl,
    AWS_ENDPOINT_URL_IOT_DATA_PLANE: iotUrl,
    TABLE_NAME: TABLE,
    SERENO_SECRET: '5e'.repeat(32),
    SEAL_KEY_FILE: sealKey,
    AWS_ENDPOINT_URL_IOT: controlUrl,
    PUBLIC_URL: 'https://api.sereno.test/',
  });
  // What the test itself asks of the store is always served.
  const client = new DynamoDBClient({ maxAttempts: 1, endpoint: ownUrl as string });
  await createTable(client, TABLE);
  log.setLogLevel('SILENT');
  const documents = DynamoDBDocumentClient.from(client);
  const table = new Table(documents, TABLE);

  async function everything() {
    const { Items = [] } = await documents.send(new ScanCommand({ TableName: TABLE }));
    return Items;
  }

  async function rewriteWhere(matches: (row: Row) => boolean, change: Change) {
    for (const row of (await everything()).filter(matches)) {
      await table.put({ ...row, ...change(row) } as RowKey & Row);
    }
  }

  const world: World = {
    agent: () => [],
    directStatus: [],
    publishStatus: [],
    fate: () => 'served',
    connections: new Map(),
    certificates: [],
    stored: [],
    received: [],
    table,
    tableName: TABLE,
    async store(topic, body, at = Date.now()) {
      const item = ruleItem(topic, body, at);
      if (item !== null) await table.put({ ...item });
    },
    async reply(at, command, reply) {
      const full = fullReply(command, reply);
      const topic = topics.reply(at, full.id, replyPart(full.status, 0));
      await world.store(topic, Buffer.from(JSON.stringify(full)));
    },
    everything,
    rewrite: (pk, change) => rewriteWhere((row) => row.pk === pk, change),
    rewriteClaims: (change) => rewriteWhere((row) => row.sk === 'I', change),
    quiet() {
      this.received.length = 0;
      this.directStatus.length = 0;
      this.publishStatus.length = 0;
      this.agent = () => [];
    },
    async clear() {
      for (const row of await everything()) {
        await table.delete(row as RowKey & Row);
      }
    },
    async close() {
      // An agent's last reply may still be on its way into the table.
      await Promise.allSettled(answering);
      documents.destroy();
      rmSync(folder, { recursive: true });
      for (const server of [iot, store, own, control]) {
        server.closeAllConnections();
        server.close();
      }
    },
  };

  async function publish(at: SiteAddress, command: Command, message: Message): Promise<void> {
    if ('reply' in message) {
      await world.reply(at, { id: message.about ?? command.id }, message.reply);
    } else if ('part' in message) {
      await world.store(topics.reply(at, command.id, replyPart('ok', message.part)), message.bytes);
    } else {
      const progress = { v: 1, id: command.id, at: Date.now(), ...message.progress };
      await world.store(topics.progress(at, command.id), Buffer.from(JSON.stringify(progress)));
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const url = new URL(request.url ?? '', iotUrl);
    const direct = url.pathname.startsWith('/connections/');
    if (request.method === 'DELETE') {
      response.writeHead(200, { 'content-type': 'application/json' });
      return void response.end('{"message":"OK"}');
    }
    if (request.method === 'GET') {
      const known = world.connections.get(url.pathname.slice('/connections/'.length));
      response.writeHead(known === undefined ? 404 : 200, {
        'content-type': 'application/json',
        ...(known === undefined ? { 'x-amzn-errortype': 'ResourceNotFoundException' } : {}),
      });
      return void response.end(JSON.stringify(known ?? { message: 'no such connection' }));
    }
    const status = (direct ? world.directStatus : world.publishStatus).shift() ?? 200;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(status === 200 ? { message: 'OK' } : { message: 'no' }));
    if (status !== 200) return;
    const topic = direct
      ? (url.searchParams.get('topic') ?? '')
      : decodeURIComponent(url.pathname.slice('/topics/'.length));
    const parsed = parseTopic(topic);
    if (parsed === null) throw new Error(`a command on ${topic}`);
    if (parsed.kind === 'stored') {
      world.stored.push(storedSchema.parse(JSON.parse(body.toString('utf8'))));
      return;
    }
    const { packed, ...rest } = commandSchema.parse(JSON.parse(body.toString('utf8')));
    if (body.length > MESSAGE_BYTES) throw new Error('a message that no broker takes');
    const command = packed === undefined ? rest : { ...rest, args: argsIn(packed) };
    world.received.push(command);
    for (const message of await world.agent(command, parsed)) await publish(parsed, command, message);
  }

  return world;
}
