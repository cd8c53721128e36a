#!/usr/bin/env node
// sereno-agent: the command line of the agent.
import { Command, InvalidArgumentError, Option } from 'commander';
import { VERSION } from '../shared/version.ts';
import { exitStatusOf, moreHelp, sentenceOf } from './commands/words.ts';

const program = new Command('sereno-agent')
  .description('Keeps the ZKTeco terminals of one branch and answers the commands of the cloud.')
  .version(VERSION)
  .showHelpAfterError('(--help after a command lists its options, with examples)')
  .addHelpText('after', moreHelp('sereno-agent'));

// Each command is loaded on demand: `run` loads nothing that only the others need.

/** The wrapper of the installed agent passes the path of its file. */
const defaultConfig = process.env.SERENO_CONFIG ?? 'agent.yaml';

function logLevel(): Option {
  return new Option('--log-level <level>', 'how much the agent tells')
    .choices(['trace', 'debug', 'info', 'warn', 'error'])
    .env('LOG_LEVEL')
    .default('info');
}

program
  .command('run')
  .description('Run the agent until it is told to stop (SIGTERM or SIGINT).')
  .option('-c, --config <file>', 'the agent.yaml of this branch', defaultConfig)
  .addOption(logLevel())
  .addHelpText('after', moreHelp('run'))
  .action(async (options) => (await import('./commands/run.ts')).run(options));

program
  .command('enroll')
  .description('Trade a token of the API (POST /sites/{site}/enrollments) for a certificate, and start.')
  .requiredOption('--url <url>', "the API's address")
  .requiredOption('--token <token>', 'the token, good for one agent and 15 minutes')
  .option('-c, --config <file>', 'where agent.yaml is or will be; its devices are kept', defaultConfig)
  .option('--proxy <url>', 'an HTTP proxy of the branch; otherwise that of HTTPS_PROXY')
  .option('--data <folder>', 'where the agent keeps its journal', process.env.SERENO_DATA)
  .option('--force', "use the file though it is another site's", false)
  .option('--no-start', 'write the files only')
  .addOption(logLevel())
  .addHelpText('after', moreHelp('enroll'))
  .action(async (options) => (await import('./commands/enroll.ts')).enroll(options));

program
  .command('rotate')
  .description('Replace the certificate of an enrolled agent; a running one goes on with the new one.')
  .requiredOption('--url <url>', "the API's address")
  .requiredOption('--token <token>', 'a new token for the same site')
  .option('--proxy <url>', 'an HTTP proxy of the branch; otherwise that of HTTPS_PROXY')
  .option('-c, --config <file>', 'the agent.yaml of this branch', defaultConfig)
  .addHelpText('after', moreHelp('rotate'))
  .action(async (options) => (await import('./commands/enroll.ts')).rotate(options));

program
  .command('install')
  .description('Make this package a service of the machine: user, folders, systemd unit (as root).')
  .addHelpText('after', moreHelp('install'))
  .action(async () => (await import('./commands/service.ts')).installService());

program
  .command('uninstall')
  .description('Stop the service and remove it; configuration and journal stay (as root).')
  .option('--purge', 'remove certificate, configuration and journal too', false)
  .addHelpText('after', moreHelp('uninstall'))
  .action(async (options) => (await import('./commands/service.ts')).uninstallService(options));

program
  .command('status')
  .description('What systemd knows of the service.')
  .addHelpText('after', moreHelp('status'))
  .action(async () => (await import('./commands/service.ts')).serviceStatus());

program
  .command('logs')
  .description('The log of the service, JSON lines.')
  .option('-f, --follow', 'go on as lines come', false)
  .option('-n, --lines <number>', 'how many of the last lines', whole(0, 1_000_000), 100)
  .addHelpText('after', moreHelp('logs'))
  .action(async (options) => (await import('./commands/service.ts')).serviceLogs(options));

program
  .command('discover')
  .description("Find terminals in this machine's own private networks and print lines for agent.yaml.")
  .option(
    '--subnet <cidr...>',
    'ask these instead, for example 192.168.1.0/24 (a /22 at most, private ranges only)',
  )
  .option('--port <n>', 'the port that terminals listen on', whole(1, 65_535), 4370)
  .option('--timeout <seconds>', 'for connecting, and for each answer', whole(1, 60), 1)
  .option('--json', 'print everything that was found as JSON', false)
  .addHelpText('after', moreHelp('discover'))
  .action(async (options) => (await import('./commands/discover.ts')).discover(options));

program
  .command('doctor')
  .description(
    'Check file, data folder, clock, certificate, cloud and every terminal, and say what to do next.',
  )
  .option('-c, --config <file>', 'the agent.yaml of this branch', defaultConfig)
  .option('--json', 'print the findings as JSON', false)
  .addHelpText('after', moreHelp('doctor'))
  .action(async (options) => (await import('./commands/doctor.ts')).doctor(options));

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`);
  process.exit(exitStatusOf(error));
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`a whole number from ${least} to ${most} is wanted.`);
  };
}
