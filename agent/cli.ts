#!/usr/bin/env node
// sereno-agent: the command line of the agent.
import { Command, InvalidArgumentError } from 'commander';
import { SerenoError } from '../shared/errors.ts';
import { VERSION } from '../shared/version.ts';
import { run } from './commands/run.ts';
import { SubnetError } from './discovery/subnets.ts';
import { EnrolmentError } from './enrolment/errors.ts';
import { ServiceError } from './service/errors.ts';

const program = new Command('sereno-agent')
  .description('Keeps the ZKTeco terminals of one branch and answers the commands of the cloud.')
  .version(VERSION)
  .showHelpAfterError();

/** The installed agent's wrapper says where its file is. */
const defaultConfig = process.env.SERENO_CONFIG ?? 'agent.yaml';

program
  .command('run')
  .description('Run the agent until it is told to stop (SIGTERM or SIGINT).')
  .option('-c, --config <file>', 'the agent.yaml of this branch', defaultConfig)
  .option('--log-level <level>', 'trace, debug, info, warn or error', process.env.LOG_LEVEL ?? 'info')
  .action(run);

program
  .command('enroll')
  .description('Trade a token of the API (POST /sites/{site}/enrollments) for a certificate, and start.')
  .requiredOption('--url <url>', "the API's address")
  .requiredOption('--token <token>', 'the token, good for one agent and 15 minutes')
  .option('-c, --config <file>', 'where agent.yaml is or will be; its devices are kept', defaultConfig)
  .option('--data <folder>', 'where the agent keeps its journal', process.env.SERENO_DATA)
  .option('--force', "use the file though it is another site's", false)
  .option('--no-start', 'write the files only')
  .option('--log-level <level>', 'trace, debug, info, warn or error', process.env.LOG_LEVEL ?? 'info')
  // Loaded when asked for: `run` must not carry what only enrolment needs.
  .action(async (options) => (await import('./commands/enroll.ts')).enroll(options));

program
  .command('rotate')
  .description('Replace the certificate of an enrolled agent; a running one goes on with the new one.')
  .requiredOption('--url <url>', "the API's address")
  .requiredOption('--token <token>', 'a new token for the same site')
  .option('-c, --config <file>', 'the agent.yaml of this branch', defaultConfig)
  .action(async (options) => (await import('./commands/enroll.ts')).rotate(options));

program
  .command('install')
  .description('Make this package a service of the machine: user, folders, systemd unit (as root).')
  .action(async () => (await import('./commands/service.ts')).installService());

program
  .command('uninstall')
  .description('Stop the service and remove it; configuration and journal stay (as root).')
  .option('--purge', 'remove certificate, configuration and journal too', false)
  .action(async (options) => (await import('./commands/service.ts')).uninstallService(options));

program
  .command('status')
  .description('What systemd knows of the service.')
  .action(async () => (await import('./commands/service.ts')).serviceStatus());

program
  .command('logs')
  .description('The log of the service, JSON lines.')
  .option('-f, --follow', 'go on as lines come', false)
  .option('-n, --lines <number>', 'how many of the last lines', '100')
  .action(async (options) => (await import('./commands/service.ts')).serviceLogs(options));

program
  .command('discover')
  .description("Find terminals in this machine's own private networks and print lines for agent.yaml.")
  .option(
    '--subnet <cidr...>',
    'ask these instead, for example 192.168.1.0/24 (a /22 at most, private ranges only)',
    [],
  )
  .option('--port <n>', 'the port that terminals listen on', whole(1, 65_535), 4370)
  .option('--timeout <seconds>', 'for connecting, and for each answer', whole(1, 60), 1)
  .option('--json', 'print everything that was found as JSON', false)
  .addHelpText('after', '\nExit status: 0 if a terminal was found, 1 if none was.')
  .action(async (options) => (await import('./commands/discover.ts')).discover(options));

program
  .command('doctor')
  .description(
    'Check file, data folder, clock, certificate, cloud and every terminal, and say what to do next.',
  )
  .option('-c, --config <file>', 'the agent.yaml of this branch', defaultConfig)
  .option('--json', 'print the findings as JSON', false)
  .addHelpText(
    'after',
    '\nExit status: 0 if all is well, 1 if something deserves a look, 2 if something does not work.',
  )
  .action(async (options) => (await import('./commands/doctor.ts')).doctor(options));

/** Errors whose message is all that a person needs. */
const KNOWN = [SerenoError, EnrolmentError, ServiceError, SubnetError];

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(
    `${KNOWN.some((kind) => error instanceof kind) ? (error as Error).message : String(error)}\n`,
  );
  process.exit(1);
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`a whole number from ${least} to ${most} is wanted.`);
  };
}
