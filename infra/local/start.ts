// npm start: the whole system on this machine, with what to type next.
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { SerenoError } from '../../shared/errors.ts';
import { PlanError } from './agents/plan.ts';
import { DataDirError } from './data-dir.ts';
import { MailSettingsError } from './environment.ts';
import { npmSwallowed } from './npm-swallowed.ts';
import { onOrphaned } from './orphaned.ts';
import { NotReady } from './ready.ts';
import { dataFlag } from './simulated/lived-in.ts';
import { type System, startSystem } from './system.ts';

interface Flags {
  readonly agent?: readonly string[];
  readonly port: number | undefined;
  readonly data: string;
  readonly fresh: boolean;
}

const DEFAULT_PORT = 8080;
const INSIST_MS = 1500;

const command = new Command('npm start --')
  .description(
    'Run the whole system on this machine: cloud, broker, store, agents and two simulated terminals',
  )
  .option('--agent <file>', 'use the devices of this agent.yaml instead (repeat for several sites)', collect)
  .option(
    '--port <number>',
    `port of the API (default: ${DEFAULT_PORT}, or a free one if that is taken)`,
    portNumber,
  )
  .option('--data <folder>', 'where certificates, rows and journals are kept', folder, '.sereno')
  .option('--fresh', 'forget what the data folder holds, the simulated terminals too', false)
  .allowExcessArguments();

function collect(file: string, before: readonly string[] = []): string[] {
  return [...before, file];
}

function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new InvalidArgumentError('a port is a number from 0 to 65535.');
}

function folder(path: string): string {
  if (path !== '') return path;
  throw new InvalidArgumentError('the path of a folder is wanted.');
}

async function main(): Promise<void> {
  const swallowed = npmSwallowed(['port', 'data', 'agent', 'fresh'], process.argv.slice(2), process.env);
  if (swallowed !== null)
    command.error(`npm keeps ${swallowed.names} for itself. Write: npm start -- ${swallowed.line}`);
  command.allowExcessArguments(false).parse();
  const { agent = [], port, data, fresh } = command.opts<Flags>();
  const stop = new AbortController();
  let failure: Error | null = null;
  let firstAt = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // npm passes on a signal that the terminal has already sent to both: only a later one counts as a second signal.
      if (firstAt > 0 && Date.now() - firstAt > INSIST_MS) process.exit(1);
      firstAt ||= Date.now();
      stop.abort();
    });
  }
  // If it was not started by npm, it may well outlive its parent (`nohup`, `setsid`).
  if (process.env.npm_lifecycle_event !== undefined) onOrphaned(() => stop.abort());
  const stopped = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
  const startedAt = Date.now();
  const system = await startSystem({
    dataDir: data,
    port: port ?? DEFAULT_PORT,
    anyPort: port === undefined,
    fresh,
    agents: agent,
    signal: stop.signal,
    livedIn: (line) => console.log(line),
    onTrouble: (line) => console.error(line),
    onWaiting: (missing) => console.error(`Still starting. ${missing}`),
    onFailure: (cause) => {
      failure = cause;
      stop.abort();
    },
  });
  console.log(welcome(system, Date.now() - startedAt, data));
  // The first who asks has it built: so nobody else waits for that.
  void fetch(`${system.url}/console`).catch(() => {});
  await stopped;
  console.log('\nStopping: agents enable their terminals …');
  await system.stop();
  if (failure !== null) throw failure;
}

function welcome(
  { url, token, admin, devices, agents, terminals }: System,
  tookMs: number,
  data: string,
): string {
  const device = devices.includes('principal') ? 'principal' : (devices[0] ?? 'principal');
  const users = `${url}/devices/${device}/users`;
  const curl = `curl -sS -w '\\n' -H 'Authorization: Bearer ${token}'`;
  /** Those that were registered over the API are none of ours. */
  const told = (id: string) =>
    terminals !== null && Object.hasOwn(terminals, id) ? `${id} (simulated)` : id;
  const sites = agents.map(({ site }) => site.site).join(', ');
  return `
Sereno is up (${(tookMs / 1000).toFixed(1)} s): ${sites} with ${devices.map(told).join(', ') || 'no devices yet'}

  URL    ${url}      documentation: ${url}/docs
  Look   ${url}/console
  Data   ${data}
  Token  ${token}
${admin === null ? '' : `  Login  ${admin.username}, password ${admin.password} (shown this once)\n`}
Create, list, delete:

${curl} -H 'Content-Type: application/json' -d '{"user_id":"9001","name":"Ana Quispe"}' ${users}
${curl} '${users}?limit=5&search=9001'
${curl} -X DELETE ${users}/9001

${terminals === null ? '' : `Somebody punches, a finger is enrolled:\n\nnpm run punch -- ${device} --user 1001${dataFlag(data)}\nnpm run finger -- ${device}${dataFlag(data)}\n\n`}Logs: ${join(data, 'agent-<site>.log')} and ${join(data, 'cloud.log')}. Ctrl+C stops it.`;
}

/** Errors whose message says what to do. */
const KNOWN = [SerenoError, DataDirError, MailSettingsError, PlanError, NotReady];

/** The sentence for people, with the next step where there is one. */
function explain(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  const { port = DEFAULT_PORT, data } = command.opts<Flags>();
  if (code === 'EADDRINUSE') return `Port ${port} is taken. Choose another with --port, or leave --port out.`;
  if (code === 'EACCES') return `This user may not: ${message}. Choose another --port or --data.`;
  if (code === 'ENOSPC') return `The disk is full: ${message}.`;
  const sentence = message ?? String(error);
  if (KNOWN.some((kind) => error instanceof kind)) return sentence;
  return `${sentence}\nIf what an earlier run left in ${data} is damaged: --fresh forgets it, --data names another folder.`;
}

try {
  await main();
  process.exit(0);
} catch (error) {
  const interrupted = error instanceof Error && error.name === 'AbortError';
  if (!interrupted) console.error(explain(error));
  process.exit(interrupted ? 0 : 1);
}
