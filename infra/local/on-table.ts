// For commands that work on the rows themselves: the table of a local system, whether it runs or not, or one in AWS.
import { existsSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Command } from 'commander';
import { Table } from '../../cloud/store/table.ts';
import { slugSchema } from '../../shared/domain/identifiers.ts';
import { DataDir } from './data-dir.ts';
import { Store, TABLE_NAME } from './dynamo/store.ts';
import { cleanEnvironment, newCredentials, REGION } from './environment.ts';
import { runningStore } from './operators.ts';

export interface TableFlags {
  readonly tenant: string;
  readonly data: string;
  readonly table?: string;
}

export function withTableOptions(command: Command, what: string): Command {
  return command
    .option('--tenant <name>', `tenant of ${what}`, 'local')
    .option('--data <folder>', 'data folder of npm start, whether it runs or not', '.sereno')
    .option('--table <name>', 'a table in AWS instead; region and access as the AWS SDK finds them');
}

export function tableOver(client: DynamoDBClient, name = TABLE_NAME): Table {
  const marshallOptions = { removeUndefinedValues: true };
  return new Table(DynamoDBDocumentClient.from(client, { marshallOptions }), name);
}

/** The table that the flags name, for as long as `work` takes. */
export async function onTable<T>(
  program: Command,
  { tenant, data, table }: TableFlags,
  work: (table: Table) => Promise<T>,
): Promise<T> {
  if (!slugSchema.safeParse(tenant).success) program.error(`--tenant ${tenant}: 1 to 32 of a-z, 0-9 and -.`);
  if (table !== undefined) return work(tableOver(new DynamoDBClient(), table));
  const folder = new DataDir(data);
  const running = runningStore(folder.storeAccess);
  if (running !== null) return work(tableOver(running));
  if (!existsSync(folder.dynamo))
    program
      .showHelpAfterError(false)
      .error(`There is no system in ${data}. Run npm start with that data folder first.`);
  const lock = folder.lock();
  const store = await Store.start({
    path: folder.dynamo,
    log: folder.cloudLog,
    env: cleanEnvironment(),
    credentials: newCredentials(),
    region: REGION,
    onDeath: (cause) => program.showHelpAfterError(false).error(String(cause)),
  });
  try {
    return await work(tableOver(store.client));
  } finally {
    await store.stop();
    lock[Symbol.dispose]();
  }
}
