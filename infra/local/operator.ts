// npm run operator: adds an operator, sets a password, unblocks one; on a local system or on a table in AWS.
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Command } from 'commander';
import type { Accounts } from '../../cloud/accounts/accounts.ts';
import { AttemptCounter } from '../../cloud/accounts/attempts.ts';
import { AccountError } from '../../cloud/accounts/errors.ts';
import { addOperator, newPassword, setPassword } from '../../cloud/accounts/first-operator.ts';
import { systemClock } from '../../cloud/clock.ts';
import { rpcErrorOf } from '../../cloud/rpc/texts.ts';
import { slugSchema } from '../../shared/domain/identifiers.ts';
import { DataDir, DataDirError } from './data-dir.ts';
import { Store } from './dynamo/store.ts';
import { cleanEnvironment, newCredentials, REGION } from './environment.ts';
import { accountsOver, runningStore } from './operators.ts';

interface Flags {
  readonly tenant: string;
  readonly data: string;
  readonly table?: string;
  readonly passwordStdin?: boolean;
}

const program = new Command('npm run operator --')
  .description('Add an operator, set a password, unblock: for the first login, and for who is locked out')
  .showHelpAfterError();

function withOptions(command: Command): Command {
  return command
    .option('--tenant <name>', 'tenant of the operator', 'local')
    .option('--data <folder>', 'data folder of npm start, whether it runs or not', '.sereno')
    .option('--table <name>', 'a table in AWS instead; region and access as the AWS SDK finds them');
}

function withPassword(command: Command): Command {
  return command.option(
    '--password-stdin',
    'read the password from standard input; without it a new one is printed',
  );
}

/** The accounts that the flags name, for as long as `work` takes. */
async function onAccounts(flags: Flags, work: (accounts: Accounts) => Promise<void>): Promise<void> {
  const { tenant, data, table } = flags;
  if (!slugSchema.safeParse(tenant).success) program.error(`--tenant ${tenant}: 1 to 32 of a-z, 0-9 and -.`);
  if (table !== undefined) return work(accountsOver(new DynamoDBClient(), table));
  const folder = new DataDir(data);
  const running = runningStore(folder.storeAccess);
  if (running !== null) return work(accountsOver(running));
  if (!existsSync(folder.dynamo))
    program.error(`There are no accounts in ${data}. Run npm start with that data folder first.`);
  const lock = folder.lock();
  const store = await Store.start({
    path: folder.dynamo,
    log: folder.cloudLog,
    env: cleanEnvironment(),
    credentials: newCredentials(),
    region: REGION,
    onDeath: (cause) => program.error(String(cause)),
  });
  try {
    await work(accountsOver(store.client));
  } finally {
    await store.stop();
    lock[Symbol.dispose]();
  }
}

async function passwordOf({ passwordStdin }: Flags): Promise<{ password: string; isNew: boolean }> {
  if (passwordStdin !== true) return { password: newPassword(), isNew: true };
  return { password: (await text(process.stdin)).replace(/\r?\n$/, ''), isNew: false };
}

function tell(what: string, { password, isNew }: { password: string; isNew: boolean }): void {
  console.log(isNew ? `${what} Password, shown this once: ${password}` : what);
}

async function forget(accounts: Accounts, tenant: string, username: string): Promise<void> {
  await new AttemptCounter(accounts.table, systemClock).forget(tenant, username);
}

withPassword(withOptions(program.command('add')))
  .argument('<username>')
  .description('add a super admin, to a tenant without accounts too')
  .action(async (username: string, flags: Flags) => {
    const given = await passwordOf(flags);
    await onAccounts(flags, (accounts) => addOperator(accounts, flags.tenant, username, given.password));
    tell(`Operator '${username}' of tenant '${flags.tenant}' was added.`, given);
  });

withPassword(withOptions(program.command('passwd')))
  .argument('<username>')
  .description('set the password of an operator, and end all sessions of that operator')
  .action(async (username: string, flags: Flags) => {
    const given = await passwordOf(flags);
    await onAccounts(flags, async (accounts) => {
      await setPassword(accounts, flags.tenant, username, given.password);
      await forget(accounts, flags.tenant, username);
    });
    tell(`The password of '${username}' was set.`, given);
  });

withOptions(program.command('unblock'))
  .argument('<username>')
  .description('forget the wrong passwords of an operator')
  .action(async (username: string, flags: Flags) => {
    await onAccounts(flags, async (accounts) => {
      if ((await accounts.userNamed(flags.tenant, username)) === null) throw new AccountError('no_object');
      await forget(accounts, flags.tenant, username);
    });
    console.log(`'${username}' may log in again.`);
  });

function explain(error: unknown): string {
  if (error instanceof AccountError && error.code === 'no_object')
    return 'There is no operator of that name in that tenant.';
  if (error instanceof AccountError) return rpcErrorOf(error).message;
  if (error instanceof DataDirError) return error.message;
  return error instanceof Error ? error.message : String(error);
}

try {
  await program.parseAsync();
  process.exit(0);
} catch (error) {
  program.error(explain(error));
}
