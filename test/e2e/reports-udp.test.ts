// Terminals over UDP as they are reported from the field, over HTTP: the right value, or a true error.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type Fault,
  type SimulatedTerminal,
  startTerminal,
  type TerminalSettings,
} from '../terminal/terminal.ts';
import { type Caller, type Running, startForTest } from './client.ts';

const chunk = (fault: Omit<Fault, 'command'>): Fault => ({ command: 1504, ...fault });

const KINDS: Record<string, readonly [TerminalSettings, ...Fault[]]> = {
  'early-end': [{}, chunk({ kind: 'late-frame', frame: -2 })],
  doubled: [{}, chunk({ kind: 'double-frame', frame: 3 })],
  hole: [{}, chunk({ kind: 'lose-frame', frame: 3, times: 2 })],
  'head-lost': [
    {},
    chunk({ kind: 'lose-frame', frame: 0, skip: 1, times: 1 }),
    chunk({ kind: 'lose-frame', frame: 1, skip: 1, times: 1 }),
  ],
  overtaken: [
    {},
    chunk({ kind: 'late-frame', frame: 2, by: 20 }),
    chunk({ kind: 'late-frame', frame: 0, by: 2 }),
  ],
  'small-chunks': [{ chunkLimit: { udp: 8192 } }],
  'no-chunks': [{ chunkLimit: { udp: 100 } }],
  uncounted: [{ sessionFieldCounts: false }],
  bursts: [
    {
      datagrams: { burstBegins: 0.01, burstGoesOn: 0.5, doubled: 0.01, overtaken: 0.02 },
      datagramsIn: { burstBegins: 0.01, burstGoesOn: 0.5 },
    },
  ],
};
const USERS = 900;
const PUNCHES = 3000;

let folder: string;
let running: Running;
let call: Caller;
const terminals = new Map<string, SimulatedTerminal>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-reports-'));
  const lines: string[] = [];
  for (const [id, [settings, ...faults]] of Object.entries(KINDS)) {
    const common = {
      transport: 'udp',
      width: 28,
      users: USERS,
      attendance: PUNCHES,
      attendanceWidth: 16,
    } as const;
    const terminal = await startTerminal({ ...common, ...settings });
    for (const fault of faults) terminal.faults.add(fault);
    terminals.set(id, terminal);
    lines.push(`  - {id: ${id}, host: 127.0.0.1, port: ${terminal.port}, transport: udp, timeout: 4}`);
  }
  const file = join(folder, 'agent.yaml');
  writeFileSync(file, `site: norte\ndevices:\n${lines.join('\n')}\n`);
  running = await startForTest({ agents: [file] });
  call = running.call;
});
afterAll(async () => {
  await running.stop();
  await Promise.all([...terminals.values()].map((terminal) => terminal.stop()));
  rmSync(folder, { recursive: true });
});

it.each(Object.keys(KINDS).filter((id) => id !== 'no-chunks' && id !== 'bursts'))(
  '%s: users and punches are those of the terminal',
  async (id) => {
    const terminal = terminals.get(id)!;
    const { status, body } = await call('GET', `/devices/${id}/users`);
    expect([status, body.total]).toEqual([200, USERS]);
    const listed = body.data.map(({ uid, user_id, name }: Record<string, unknown>) => [uid, user_id, name]);
    expect(listed).toEqual(terminal.users().map(({ uid, userId, name }) => [uid, userId, name]));
    const punches = await call('GET', `/devices/${id}/attendance`);
    const of = (rows: readonly { user_id?: string; userId?: string }[]) =>
      rows.map((row) => row.user_id ?? row.userId).sort();
    expect(punches.body.total).toBe(PUNCHES);
    expect(of(punches.body.data)).toEqual(of(terminal.attendance()));
  },
);

it('a terminal that grants no chunk is told by the exchange that it refused', async () => {
  const { status, body } = await call('GET', '/devices/no-chunks/users', undefined, {
    'accept-language': 'en',
  });
  expect([status, body.code]).toEqual([500, 'device_refused']);
  expect(body.error).toContain('read chunk (1504)');
});

it('under bursts of losses no list is wrong, and lists come', async () => {
  const terminal = terminals.get('bursts')!;
  let right = 0;
  for (let run = 0; run < 10; run++) {
    const { status, body } = await call('GET', '/devices/bursts/users?refresh=true');
    if (status !== 200) continue;
    right++;
    expect(body.data.map(({ user_id }: { user_id: string }) => user_id)).toEqual(
      terminal.users().map(({ userId }) => userId),
    );
  }
  expect(right).toBeGreaterThanOrEqual(8);
}, 120_000);
