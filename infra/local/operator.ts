// npm run operator: adds an operator, sets a password, unblocks one; on a local system or on a table in AWS.
import { hostname, userInfo } from 'node:os';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { Accounts } from '../../cloud/accounts/accounts.ts';
import { AttemptCounter } from '../../cloud/accounts/attempts.ts';
import { AccountError } from '../../cloud/accounts/errors.ts';
import { addOperator, newPassword, setPassword } from '../../cloud/accounts/first-operator.ts';
import { AuditTrail } from '../../cloud/audit/trail.ts';
import { systemClock } from '../../cloud/clock.ts';
import { rpcErrorOf } from '../../cloud/rpc/texts.ts';
import { DataDirError } from './data-dir.ts';
import { onTable, type TableFlags, withTableOptions } from './on-table.ts';

interface Flags extends TableFlags {
  readonly passwordStdin?: boolean;
}

const program = new Command('npm run operator --')
  .description('Add an operator, set a password, unblock: for the first login, and for who is locked out')
  .showHelpAfterError();

function withOptions(command: Command): Command {
  return withTableOptions(command, 'the operator');
}

function withPassword(command: Command): Command {
  return command.option(
    '--password-stdin',
    'read the password from standard input; without it a new one is printed',
  );
}

/** Changes an operator, which is entered in the audit log before and afterwards. */
async function changing(
  flags: Flags,
  what: string,
  username: string,
  work: (accounts: Accounts) => Promise<void>,
): Promise<void> {
  await onTable(program, flags, async (table) => {
    const trail = new AuditTrail(table, systemClock);
    const place = await trail.begin(flags.tenant, {
      subject: `cli:${userInfo().username}`,
      face: 'cli',
      address: hostname(),
      what: `operator ${what}`,
      fields: [],
      objects: [{ kind: 'user', id: username }],
    });
    try {
      await work(new Accounts(table));
    } catch (error) {
      const outcome = error instanceof AccountError ? 'failed' : 'unknown';
      await trail.end(flags.tenant, place, { outcome });
      throw error;
    }
    await trail.end(flags.tenant, place, { outcome: 'succeeded' });
  });
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
    await changing(flags, 'add', username, (accounts) =>
      addOperator(accounts, flags.tenant, username, given.password),
    );
    tell(`Operator '${username}' of tenant '${flags.tenant}' was added.`, given);
  });

withPassword(withOptions(program.command('passwd')))
  .argument('<username>')
  .description('set the password of an operator, and end all sessions of that operator')
  .action(async (username: string, flags: Flags) => {
    const given = await passwordOf(flags);
    await changing(flags, 'passwd', username, async (accounts) => {
      await setPassword(accounts, flags.tenant, username, given.password);
      await forget(accounts, flags.tenant, username);
    });
    tell(`The password of '${username}' was set.`, given);
  });

withOptions(program.command('unblock'))
  .argument('<username>')
  .description('forget the wrong passwords of an operator')
  .action(async (username: string, flags: Flags) => {
    await changing(flags, 'unblock', username, async (accounts) => {
      if ((await accounts.userNamed(flags.tenant, username)) === null) throw new AccountError('no_object');
      await forget(accounts, flags.tenant, username);
    });
    console.log(`'${username}' may log in again.`);
  });

function explain(error: unknown): string {
  if (error instanceof AccountError && error.code === 'no_object')
    return 'There is no operator of that name in that tenant.';
  if (error instanceof AccountError) {
    // The other face names the field by its path in a request, which nobody here has written.
    return rpcErrorOf(error).message.replace(
      'Incorrect value for field "/passwd": must',
      'The password must',
    );
  }
  if (error instanceof DataDirError) return error.message;
  return error instanceof Error ? error.message : String(error);
}

try {
  await program.parseAsync();
  process.exit(0);
} catch (error) {
  // The help is for words that are wrong, not for a name that is.
  program.showHelpAfterError(false).error(explain(error));
}
