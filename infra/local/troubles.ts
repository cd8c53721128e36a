// Failures in an agent's log, as one line each for the console of npm start.
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import * as z from 'zod';
import { type ErrorParams, errorText, isErrorCode } from '../../shared/errors.ts';

const LOOK_EVERY_MS = 250;
const MOST_BYTES = 1 << 20;

const lineSchema = z.looseObject({
  msg: z.string().default(''),
  level: z.number(),
  device: z.string().optional(),
  state: z.string().optional(),
  reason: z.string().optional(),
  op: z.string().optional(),
  status: z.string().optional(),
  code: z.string().optional(),
  why: z.string().optional(),
});

const WELL = new Set(['online', 'busy', 'unknown']);
const ERROR_LEVEL = 50;

/** The advice for a reason or, without one, for the state. */
const NEXT: Readonly<Record<string, string>> = {
  comm_key_refused: "Set 'comm_key' of this device in agent.yaml to the terminal's communication password.",
  device_protocol: "Is a terminal what answers there? Look at 'host' and 'port' in agent.yaml.",
  offline: "Is it switched on, and are 'host' and 'port' in agent.yaml right?",
  swapped: "If it was replaced: PUT /devices/{id} with 'accept_serial'.",
};

/** Reads what is added to the log from now on. @returns a function that stops it */
export function followTroubles(log: string, say: (line: string) => void): () => void {
  let at = existsSync(log) ? statSync(log).size : 0;
  let rest = '';
  const read = () => {
    const added = readFrom(log, at);
    at += added.length;
    const lines = (rest + added.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const trouble = troubleOf(line);
      if (trouble !== null) say(`${trouble} Log: ${log}`);
    }
  };
  const timer = setInterval(read, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}

function readFrom(file: string, at: number): Buffer {
  if (!existsSync(file)) return Buffer.alloc(0);
  const handle = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(MOST_BYTES);
    return buffer.subarray(0, readSync(handle, buffer, 0, buffer.length, at));
  } finally {
    closeSync(handle);
  }
}

/** The line for people, or null if there is nothing to report. */
export function troubleOf(line: string): string | null {
  const entry = parsed(line);
  if (entry === null) return null;
  const { msg, device, state, op, status, code } = entry;
  if (device !== undefined && state !== undefined && msg === `terminal is ${state}`) {
    if (WELL.has(state)) return null;
    const why = entry.reason === undefined ? '' : `: ${sentence(entry.reason, entry)}`;
    const next = NEXT[entry.reason ?? ''] ?? NEXT[state];
    return `Terminal '${device}' is ${state}${why}${next === undefined ? '' : ` ${next}`}`;
  }
  if (msg === 'command settled' && status !== undefined && status !== 'ok') {
    const where = device === undefined ? '' : ` at '${device}'`;
    return `${op}${where} failed: ${code ?? status}${entry.why === undefined ? '' : ` (${entry.why})`}.`;
  }
  return entry.level >= ERROR_LEVEL && msg !== '' ? `The agent reports: ${msg}.` : null;
}

function sentence(code: string, params: object): string {
  const text = isErrorCode(code) ? errorText(code, params as ErrorParams, 'en') : code;
  return text.endsWith('.') ? text : `${text}.`;
}

function parsed(line: string): z.output<typeof lineSchema> | null {
  try {
    return lineSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
