// npm run retire: takes agents' certificates and things back, of one branch or of a whole stage, so that its stack can be deleted.
import { hostname, userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import type { Deed } from '../../cloud/audit/entry.ts';
import { takeBack } from '../../cloud/enrolment/sites.ts';
import { log } from '../../cloud/log.ts';
import { slugSchema } from '../../shared/domain/identifiers.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import { type AtBroker, atBroker, NothingThere } from './at-broker.ts';

interface Flags {
  readonly site?: string;
  readonly all?: true;
  readonly tenant: string;
  readonly data: string;
  readonly table?: string;
  readonly stage: string;
  readonly dryRun?: true;
  readonly yes?: true;
}

const program = new Command('npm run retire --')
  .description(
    'Take back the certificates of agents: they lose the line for good, and enrol anew if they are to come back. ' +
      'Shows what it would do, and asks before it does it.',
  )
  .option('--site <id>', 'one branch')
  .option('--all', 'every branch of every company: before the stack is deleted')
  .option('--tenant <name>', 'company of that branch', 'local')
  .option('--data <folder>', 'data folder of an npm start that runs', '.sereno')
  .option(
    '--table <name>',
    'a table in AWS instead (output TableName); region and access as the AWS SDK finds them',
  )
  .option('--stage <name>', 'the stage of that table', 'prod')
  .option('--dry-run', 'show it, and end')
  .option('--yes', 'do not ask')
  .showHelpAfterError();

interface Plan {
  readonly branches: readonly { readonly at: SiteAddress; readonly certificates: number }[];
  /** ARNs of certificates of no branch. */
  readonly strays: readonly string[];
}

async function planOf({ fleet, revoker }: AtBroker, { site, tenant }: Flags): Promise<Plan> {
  const sites = site === undefined ? await fleet.sites() : [{ tenant, site }];
  const branches: { at: SiteAddress; certificates: number }[] = [];
  for (const at of sites) branches.push({ at, certificates: (await revoker.certificates(at)).length });
  return { branches, strays: site === undefined ? await fleet.strays() : [] };
}

function show({ branches, strays }: Plan): void {
  for (const { at, certificates } of branches) {
    console.log(`${at.tenant} ${at.site}: ${certificates} certificate${certificates === 1 ? '' : 's'}`);
  }
  for (const stray of strays) console.log(`of no branch: ${stray}`);
  if (branches.length + strays.length === 0) console.log('There is no agent.');
}

async function isConfirmed(plan: Plan): Promise<boolean> {
  if (!process.stdin.isTTY) program.error('Nothing was done: there is nobody to ask. Add --yes to do it.');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const { length } = plan.branches;
  const answer = await terminal.question(
    `These ${length} agents lose the line for good. Their number, to do it: `,
  );
  terminal.close();
  return answer.trim() === String(length);
}

/** What is done of a branch stays done if the next one fails: the command may be given again. */
async function retire(broker: AtBroker, at: SiteAddress): Promise<void> {
  const { trail, agents, now } = broker;
  const deed: Deed = {
    subject: `cli:${userInfo().username}`,
    face: 'cli',
    address: hostname(),
    what: 'retire',
    site: at.site,
    fields: [],
  };
  const place = await trail.begin(at.tenant, deed);
  try {
    // A branch that the table does not know has a thing all the same.
    await agents.revoke(at, now());
    const { length } = await takeBack(broker, at);
    await trail.end(at.tenant, place, { outcome: 'succeeded' });
    console.log(`${at.tenant} ${at.site}: ${length} taken back.`);
  } catch (error) {
    await trail.end(at.tenant, place, { outcome: 'unknown' });
    throw error;
  }
}

async function run(flags: Flags): Promise<void> {
  if ((flags.site === undefined) === (flags.all === undefined)) program.error('Name one --site, or --all.');
  for (const name of [flags.tenant, ...(flags.site === undefined ? [] : [flags.site])]) {
    if (!slugSchema.safeParse(name).success) program.error(`${name}: 1 to 32 of a-z, 0-9 and -.`);
  }
  const broker = await atBroker(flags);
  const plan = await planOf(broker, flags);
  show(plan);
  if (flags.dryRun === true || plan.branches.length + plan.strays.length === 0) return;
  if (flags.yes !== true && !(await isConfirmed(plan))) program.error('Nothing was done.');
  for (const { at } of plan.branches) await retire(broker, at);
  for (const stray of plan.strays) await broker.revoker.discard(stray);
  const left = flags.site === undefined ? await planOf(broker, flags) : null;
  if (left !== null && left.branches.length + left.strays.length > 0) {
    console.log('Left over, give the command again:');
    show(left);
    process.exit(1);
  }
}

log.setLogLevel('WARN');
try {
  await run(program.parse().opts<Flags>());
  process.exit(0);
} catch (error) {
  const sentence = error instanceof Error ? error.message : String(error);
  program.showHelpAfterError(false).error(error instanceof NothingThere ? sentence : `Not done: ${sentence}`);
}
