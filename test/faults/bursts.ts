// `npm run bursts`: lists and writes at terminals whose datagrams are lost in bursts, each compared with what the terminal holds.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { startSystem } from '../../infra/local/system.ts';
import { type SimulatedTerminal, startTerminal, type TerminalSettings } from '../terminal/terminal.ts';
import { History, type ListReaderPorts, readList } from './lists.ts';
import { STORM } from './variants.ts';

/** How often a portal repeats what it may repeat. */
const ATTEMPTS = 5;
const AGAIN_MS = 200;
const SETTLED_WITHIN_MS = 60_000;

const KINDS: Record<string, TerminalSettings> = {
  wide: { users: 400, attendance: 600, attendanceWidth: 40 },
  narrow: { users: 500, width: 28, attendance: 1500, attendanceWidth: 16, bulk: 'prepared' },
  old: { users: 300, width: 28, attendance: 1000, attendanceWidth: 8 },
  uncounted: { users: 100, attendance: 200, sessionFieldCounts: false },
};

export interface Bursts {
  readonly lists: number;
  readonly writes: number;
  /** Untrue answers of 200. */
  readonly wrong: readonly string[];
  readonly listsRight: number;
  readonly writesRight: number;
  readonly attempts: number;
}

interface Sums {
  wrong: string[];
  listsRight: number;
  writesRight: number;
  attempts: number;
}

/**
 * Makes so many lists and writes, spread over terminals of every kind that speak UDP over a line with bursts of losses.
 * Right in the end: with at most five attempts, as a portal would make them, and after an operation has settled.
 */
export async function bursts(
  lists: number,
  writes: number,
  onProgress: (done: number) => void,
): Promise<Bursts> {
  const folder = mkdtempSync(join(tmpdir(), 'sereno-bursts-'));
  const terminals = new Map<string, SimulatedTerminal>();
  for (const [id, settings] of Object.entries(KINDS)) {
    const storm = { transport: 'udp', datagrams: STORM, datagramsIn: STORM } as const;
    terminals.set(id, await startTerminal({ ...settings, ...storm, serialNumber: `SIM-${id}` }));
  }
  const devices = [...terminals].map(([id, { port }]) => ({
    id,
    host: '127.0.0.1',
    port,
    timeout: 2,
    transport: 'udp',
  }));
  const file = join(folder, 'agent.yaml');
  writeFileSync(file, stringify({ site: 'sede', devices }));
  const system = await startSystem({ dataDir: join(folder, 'data'), agents: [file] });
  const sums: Sums = { wrong: [], listsRight: 0, writesRight: 0, attempts: 0 };
  let done = 0;
  try {
    const work = [...terminals].map(async ([device, terminal], lane) => {
      const ports = { url: system.url, token: system.token, device };
      const share = (of: number) => Math.floor(of / terminals.size) + (lane < of % terminals.size ? 1 : 0);
      const [listsLeft, writesLeft] = [share(lists), share(writes)];
      const history = new History(terminal);
      for (let turn = 0; turn < Math.max(listsLeft, writesLeft); turn++) {
        if (turn < writesLeft) await write(ports, terminal, turn, sums);
        if (turn < listsLeft) await list(ports, history, turn, sums);
        onProgress(++done);
      }
      history.leave();
    });
    await Promise.all(work);
  } finally {
    await system.stop();
    await Promise.all([...terminals.values()].map((terminal) => terminal.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
  return { lists, writes, ...sums };
}

async function list(ports: ListReaderPorts, history: History, turn: number, sums: Sums): Promise<void> {
  const table = turn % 3 === 2 ? 'attendance' : 'users';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    sums.attempts++;
    const told = await readList(ports, table, table === 'users' && turn % 2 === 0 ? '?refresh=true' : '');
    if (told !== null) {
      const wrong = history.wrongIn(told);
      if (wrong === null) sums.listsRight++;
      else sums.wrong.push(`${ports.device} ${table}: ${wrong.slice(0, 400)}`);
      return;
    }
    await sleep(AGAIN_MS);
  }
}

/** In turn somebody new, another name, and a delete. */
async function write(
  ports: ListReaderPorts,
  terminal: SimulatedTerminal,
  turn: number,
  sums: Sums,
): Promise<void> {
  const userId = String(700_000 + Math.floor(turn / 3));
  const name = `n${turn}`;
  const [method, path, body] = (
    [
      ['POST', '', { user_id: userId, name }],
      ['PUT', `/${userId}`, { name }],
      ['DELETE', `/${userId}`, undefined],
    ] as const
  )[turn % 3] as readonly ['POST' | 'PUT' | 'DELETE', string, object | undefined];
  const said = await saidOf(ports, method, path, body, sums);
  const held = terminal.users().filter((user) => user.userId === userId);
  const isSo = method === 'DELETE' ? held.length === 0 : held.length === 1 && held[0]?.name === name;
  if (said === 'ok' && isSo) sums.writesRight++;
  else if (said === 'ok')
    sums.wrong.push(`${ports.device} ${method} ${userId}: 200, and the terminal holds ${held.length}`);
}

async function saidOf(
  { url, token, device }: ListReaderPorts,
  method: string,
  path: string,
  body: object | undefined,
  sums: Sums,
): Promise<'ok' | 'no'> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    sums.attempts++;
    const response = await fetch(`${url}/devices/${device}/users${path}`, {
      method,
      headers: { ...headers, 'idempotency-key': randomUUID() },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as { readonly operation_id?: string };
    if (response.status === 200) return 'ok';
    if (response.status === 202) {
      const state = await settled(url, headers, answer.operation_id ?? '');
      if (state === 'succeeded') return 'ok';
    }
    // What was made by an attempt whose answer said that it was not would show here as an error of the next one.
    if (response.status === 404 || response.status === 409) return 'no';
    await sleep(AGAIN_MS);
  }
  return 'no';
}

async function settled(url: string, headers: Record<string, string>, operation: string): Promise<string> {
  const until = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const response = await fetch(`${url}/operations/${operation}`, { headers });
    const { data } = (await response.json()) as { readonly data?: { readonly state: string } };
    const state = data?.state ?? 'unknown';
    if (!['accepted', 'running', 'unknown'].includes(state) || performance.now() > until) return state;
    await sleep(AGAIN_MS);
  }
}
