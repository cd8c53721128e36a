#!/usr/bin/env node
// sereno-updater: takes updates of the agent. A program of its own, so that it outlives a version that does not start.
import { execFile } from 'node:child_process';
import { createHash, type KeyObject } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Command, Option } from 'commander';
import { type Logger, pino, stdTimeFunctions } from 'pino';
import { ulid } from 'ulid';
import { VERSION } from '../shared/version.ts';
import { settleModes } from './service/modes.ts';
import { DATA_DIR, PROGRAM_DIR, UNIT, UPDATE_KEY, UPDATER_DIR } from './service/names.ts';
import { withoutOtherArches } from './service/program.ts';
import { askStatusAs } from './status-socket.ts';
import { PackageRefused } from './update/errors.ts';
import { fetchPackage } from './update/fetching.ts';
import { GATE_TIMES, type GateTimes, seenSchema } from './update/gate.ts';
import { askUpdater, InboxFolder } from './update/inbox.ts';
import { runUpdater } from './update/machine.ts';
import { openPackage, pinnedKey } from './update/package-file.ts';
import { placesOf } from './update/places.ts';
import { StateFile } from './update/state.ts';
import { VersionFolders } from './update/version-folders.ts';

interface Options {
  readonly program: string;
  readonly memory: string;
  readonly key: string;
  readonly agentData: string;
  readonly restartPid?: string;
  readonly gateTimes?: GateTimes;
}

const run = promisify(execFile);
const STATUS_MS = 10_000;
const CHECK_MS = 30_000;

const program = new Command('sereno-updater')
  .description('Takes signed packages of the agent, and goes back where a new version does not work.')
  .version(VERSION)
  .option('--program <folder>', 'where the versions lie', PROGRAM_DIR)
  .option('--memory <folder>', 'what the updater remembers', UPDATER_DIR)
  .option('--key <file>', 'the public key that packages are signed with', UPDATE_KEY)
  .option('--agent-data <folder>', "the agent's data folder", DATA_DIR)
  // For a machine without systemd: whatever keeps the agent running starts it again.
  .addOption(
    new Option('--restart-pid <file>', 'end the process of that number to restart the agent').hideHelp(),
  )
  .addOption(
    new Option('--gate-times <json>')
      .hideHelp()
      .argParser((text): GateTimes => ({ ...GATE_TIMES, ...JSON.parse(text) })),
  );

program
  .command('run')
  .description('Go on with what was begun, do what is asked for, and end.')
  .action(() => runHere(program.opts()));
program
  .command('check')
  .description('Whether this updater works here: 0 if it does.')
  .action(() => check(program.opts()));
program
  .command('apply <file>')
  .description('Ask for the update to the package in that file (as root).')
  .action((file: string) => apply(program.opts(), file));

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

async function runHere(options: Options): Promise<void> {
  const log = pino({ timestamp: stdTimeFunctions.isoTime });
  const places = placesOf(options.program, options.memory);
  const key = () => keyIn(options.key);
  await runUpdater({
    memory: new StateFile(places.state),
    inbox: new InboxFolder(places.inbox),
    versions: new VersionFolders({
      places,
      key,
      prepare: (unpacked) => {
        withoutOtherArches(unpacked, process.arch);
        settleModes(unpacked);
      },
      updaterWorks: (version) => works(options, version),
      log,
    }),
    fetch: (request) => fetchPackage({ file: places.download, key, sleep, log }, request),
    restart: () => restart(options.restartPid, log),
    gate: {
      status: () => askStatusAs(seenSchema, options.agentData, STATUS_MS),
      now: () => performance.now(),
      sleep,
      times: options.gateTimes ?? GATE_TIMES,
    },
    platform: `${process.platform}-${process.arch}`,
    log,
  });
}

/** @throws PackageRefused `unsupported` where no key is pinned */
function keyIn(file: string): KeyObject {
  if (!existsSync(file)) throw new PackageRefused('unsupported');
  return pinnedKey(readFileSync(file, 'utf8'));
}

/** What becomes of it the gate will see: also a version that does not start makes this fail. */
async function restart(pidFile: string | undefined, log: Logger): Promise<void> {
  try {
    if (pidFile === undefined) await run('systemctl', ['restart', '--no-block', UNIT]);
    else process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGTERM');
  } catch (error) {
    log.warn({ error: String(error) }, 'the agent could not be restarted');
  }
}

/** True if the updater of that version starts, and reads what this one has written. */
async function works({ program: folder, memory }: Options, version: string): Promise<boolean> {
  try {
    const args = ['--program', folder, '--memory', memory, 'check'];
    await run(join(version, 'bin', 'sereno-updater'), args, { timeout: CHECK_MS });
    return true;
  } catch {
    return false;
  }
}

function check({ program: folder, memory }: Options): void {
  new StateFile(placesOf(folder, memory).state).load();
}

async function apply(options: Options, given: string): Promise<void> {
  const file = resolve(given);
  const { manifest } = await openPackage(file, keyIn(options.key));
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  const { version } = manifest;
  const request = { id: ulid(), version, url: pathToFileURL(file).href, sha256: hash.digest('hex') };
  askUpdater(placesOf(options.program, options.memory).inbox, request);
  process.stdout.write(`Asked for version ${version}: journalctl -u sereno-updater -f\n`);
}
