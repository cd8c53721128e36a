// A simulated terminal from the command line: npm run terminal -- --help
import { Command, InvalidArgumentError } from 'commander';
import * as z from 'zod';
import type { TerminalSettings } from './configuration.ts';
import { serveControl } from './control-server.ts';
import { startTerminal } from './terminal.ts';

function number(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('a number is wanted.');
  return Number(text);
}

/** `1-7` → between 1 and 7 bytes. */
function range(text: string): { min: number; max: number } {
  const ends = /^(\d+)-(\d+)$/.exec(text);
  if (ends === null) throw new InvalidArgumentError('a range such as 1-7 is wanted.');
  return { min: Number(ends[1]), max: Number(ends[2]) };
}

/** `5,40,0.5` → milliseconds per command, per write, per KB. */
function latency(text: string): { perCommandMs: number; perWriteMs: number; perKbMs: number } {
  const [perCommandMs = 0, perWriteMs = 0, perKbMs = 0] = text.split(',').map(number);
  return { perCommandMs, perWriteMs, perKbMs };
}

/** `key=value`, the value in JSON or, failing that, a plain word. */
function setting(text: string, others: Record<string, unknown>): Record<string, unknown> {
  const [key = '', value = ''] = text.split(/=(.*)/s);
  try {
    return { ...others, [key]: JSON.parse(value) };
  } catch {
    return { ...others, [key]: value };
  }
}

interface Flags {
  host: string;
  port: number;
  udp?: true;
  users: number;
  records: number;
  templates: number;
  width: number;
  commKey: number;
  oneClient?: true | string;
  split?: { min: number; max: number };
  join?: true;
  events?: true;
  frame: number;
  latency: { perCommandMs: number; perWriteMs: number; perKbMs: number };
  seed: number;
  set: Record<string, unknown>;
  control?: number;
  json?: true;
}

const program = new Command('terminal')
  .description('A simulated ZKTeco terminal.')
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--port <n>', 'port to listen on; 0: any', number, 4370)
  .option('--udp', 'UDP beside TCP')
  .option('--users <n>', 'seeded users', number, 0)
  .option('--records <n>', 'seeded punches', number, 0)
  .option('--templates <n>', 'users who have one finger enrolled', number, 0)
  .option('--width <72|28>', 'bytes of a user record', number, 72)
  .option('--comm-key <n>', 'comm key', number, 0)
  .option('--one-client [close|silent]', 'serve one client only; how the second is refused')
  .option('--split <min-max>', 'cut every write into pieces of so many bytes', range)
  .option('--join', 'send all frames that are ready in one write')
  .option('--events', 'an event before every frame')
  .option('--frame <bytes>', 'data bytes of one 1501 frame', number, 1008)
  .option('--latency <ms,ms,ms>', 'per command, per write, per KB', latency, latency('0'))
  .option('--seed <n>', 'seed of whatever is random', number, 1)
  .option('--set <option=value>', 'any other option of configuration.ts, repeatable', setting, {})
  .option('--control <port>', 'HTTP control on loopback; 0: any port', number)
  .option('--json', 'say where it listens in JSON');

function settings(flags: Flags): unknown {
  return {
    host: flags.host,
    port: flags.port,
    transport: flags.udp ? 'both' : 'tcp',
    users: flags.users,
    attendance: flags.records,
    templates: flags.templates,
    width: flags.width,
    commKey: flags.commKey,
    oneClient: flags.oneClient === true ? 'close' : (flags.oneClient ?? false),
    split: flags.split ?? null,
    join: flags.join ?? false,
    eventsBetween: flags.events ?? false,
    frameBytes: flags.frame,
    latency: flags.latency,
    seed: flags.seed,
    ...flags.set,
  };
}

async function main(): Promise<void> {
  const flags = program.parse().opts<Flags>();
  const terminal = await startTerminal(settings(flags) as TerminalSettings);
  const control = flags.control === undefined ? null : await serveControl(terminal, flags.control);
  const address = control?.address();
  const controlPort = typeof address === 'object' ? address?.port : undefined;
  const where = { host: terminal.host, port: terminal.port, ...(controlPort && { control: controlPort }) };
  const sentence = `Terminal on ${where.host}:${where.port}${controlPort ? `, control on 127.0.0.1:${controlPort}` : ''}`;
  console.log(flags.json ? JSON.stringify(where) : sentence);
  const stop = async () => {
    control?.close();
    control?.closeAllConnections();
    await terminal.stop();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof z.ZodError ? z.prettifyError(error) : String(error));
  process.exitCode = 1;
}
