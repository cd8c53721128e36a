// Operators of the local system: the first one, made at the first start, and the way of the command line to the store.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Accounts } from '../../cloud/accounts/accounts.ts';
import { addFirst, FIRST_NAME, FIRST_USER_ID, newPassword } from '../../cloud/accounts/first-operator.ts';
import { AuditTrail } from '../../cloud/audit/trail.ts';
import { systemClock } from '../../cloud/clock.ts';
import { Table } from '../../cloud/store/table.ts';
import { writePrivate } from './data-dir.ts';
import { TABLE_NAME } from './dynamo/store.ts';

export interface Admin {
  readonly username: string;
  readonly password: string;
}

const accessSchema = z.object({
  endpoint: z.url(),
  region: z.string(),
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
  /** The stand-ins of IoT Core, once they run. */
  controlPlane: z.url().optional(),
  dataPlane: z.url().optional(),
});
export type StoreAccess = z.infer<typeof accessSchema>;

export function accountsOver(client: DynamoDBClient, tableName = TABLE_NAME): Accounts {
  const marshallOptions = { removeUndefinedValues: true };
  return new Accounts(new Table(DynamoDBDocumentClient.from(client, { marshallOptions }), tableName));
}

/** Makes the first operator of a tenant that has none, and gives its password, which is kept nowhere; else null. */
export async function firstAdmin(client: DynamoDBClient, tenant: string): Promise<Admin | null> {
  const accounts = accountsOver(client);
  if ((await accounts.head(tenant)).version > 0) return null;
  const password = newPassword();
  const trail = new AuditTrail(accounts.table, systemClock);
  const place = await trail.begin(tenant, {
    subject: 'system',
    face: 'system',
    address: hostname(),
    what: 'first operator',
    fields: [],
    objects: [{ kind: 'user', id: FIRST_USER_ID, name: FIRST_NAME, action: 'create', fields: ['password'] }],
  });
  const isNew = await addFirst(accounts, tenant, FIRST_NAME, password);
  await trail.end(tenant, place, { outcome: isNew ? 'succeeded' : 'failed' });
  return isNew ? { username: FIRST_NAME, password } : null;
}

export function writeStoreAccess(file: string, access: StoreAccess): void {
  writePrivate(file, `${JSON.stringify(access)}\n`);
}

export function removeStoreAccess(file: string): void {
  rmSync(file, { force: true });
}

/** How the system that runs on a data folder is reached, or null where none does. */
export function runningAccess(file: string): StoreAccess | null {
  return existsSync(file) ? accessSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : null;
}

/** The store of the system that runs on a data folder, or null where none does. */
export function runningStore(file: string): DynamoDBClient | null {
  const access = runningAccess(file);
  if (access === null) return null;
  const { endpoint, region, credentials } = access;
  return new DynamoDBClient({ endpoint, region, credentials, maxAttempts: 1 });
}
