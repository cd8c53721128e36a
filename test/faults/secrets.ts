// Looks for what must not be found (names, PINs, cards, templates): in files, logs and rows of the cloud, and in what agents keep.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { System } from '../../infra/local/system.ts';

type Row = Record<string, unknown>;
/** A text, or bytes such as those of a template. */
export type Word = string | Buffer;

/** Where an agent keeps its own, below the data folder. */
const AGENTS = 'agents';
const GZIP = Buffer.from([0x1f, 0x8b]);
const BASE64 = /^[A-Za-z0-9+/_-]{16,}={0,2}$/;

function filesOf(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const known = statSync(path, { throwIfNoEntry: false });
    if (known === undefined) return [];
    return known.isDirectory() ? filesOf(path) : known.isFile() ? [path] : [];
  });
}

function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    // It has gone since.
    return Buffer.alloc(0);
  }
}

/** @returns files of the cloud, and logs of all, that hold one of the words */
export function filesWith(dataDir: string, words: readonly Word[]): string[] {
  const isAgents = (path: string) => relative(dataDir, path).startsWith(AGENTS);
  return filesOf(dataDir)
    .filter((path) => !isAgents(path))
    .flatMap((path) => foundIn(dataDir, path, words));
}

/** @returns logs of the cloud and of agents that hold one of the words */
export function logsWith(dataDir: string, words: readonly Word[]): string[] {
  // The table's own log holds rows.
  const logs = filesOf(dataDir).filter((path) => /^[^/]+\.log$/.test(relative(dataDir, path)));
  return logs.flatMap((path) => foundIn(dataDir, path, words));
}

function foundIn(dataDir: string, path: string, words: readonly Word[]): string[] {
  return wordsIn(contentOf(path), words).map((word) => `${nameOf(word)} is in ${relative(dataDir, path)}`);
}

function nameOf(word: Word): string {
  return typeof word === 'string' ? word : `${word.toString('hex').slice(0, 16)}…`;
}

/** The same of what agents keep. */
export function agentFilesWith(dataDir: string, words: readonly Word[]): string[] {
  const folder = join(dataDir, AGENTS);
  return filesOf(folder).flatMap((path) => foundIn(dataDir, path, words));
}

function wordsIn(content: Buffer, words: readonly Word[]): Word[] {
  return words.filter((word) => content.includes(word));
}

/** Every text and all bytes of a value, unpacked and out of base64 where they are in it. */
function textsOf(value: unknown): Buffer[] {
  if (typeof value === 'string') {
    const own = Buffer.from(value);
    return BASE64.test(value) ? [own, ...unpacked(Buffer.from(value, 'base64'))] : [own];
  }
  if (typeof value === 'number') return [Buffer.from(String(value))];
  if (value instanceof Uint8Array) return unpacked(Buffer.from(value));
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}

function unpacked(bytes: Buffer): Buffer[] {
  if (!bytes.subarray(0, 2).equals(GZIP)) return [bytes];
  try {
    return [bytes, gunzipSync(bytes)];
  } catch {
    return [bytes];
  }
}

async function rowsOf({ dynamo, region, credentials }: System): Promise<Row[]> {
  const client = new DynamoDBClient({ endpoint: dynamo.endpoint, region, credentials: { ...credentials } });
  const documents = DynamoDBDocumentClient.from(client);
  const rows: Row[] = [];
  try {
    for (let from: Row | undefined; ; ) {
      const input = { TableName: dynamo.tableName, ExclusiveStartKey: from, ConsistentRead: true };
      const { Items = [], LastEvaluatedKey } = await documents.send(new ScanCommand(input));
      rows.push(...Items);
      if (LastEvaluatedKey === undefined) return rows;
      from = LastEvaluatedKey;
    }
  } finally {
    client.destroy();
  }
}

/** Rows of the table that hold one of the words, and arguments that are still kept of jobs that have ended. */
export async function rowsWith(
  system: System,
  words: readonly Word[],
  ended: ReadonlySet<string> = new Set(),
): Promise<string[]> {
  const rows = await rowsOf(system);
  return rows.flatMap((row) => {
    const name = `${String(row.pk)} ${String(row.sk)}`;
    const found = words.filter((word) => textsOf(row).some((text) => text.includes(word)));
    const job = /#B#(\w+) A#/.exec(name)?.[1] ?? '';
    return [
      ...found.map((word) => `${nameOf(word)} is in the row ${name}`),
      ...(ended.has(job) ? [`arguments are kept in the row ${name}, though all of it has ended`] : []),
    ];
  });
}
