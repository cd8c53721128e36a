import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import Zkteco from 'zkteco-js';
import { startBench } from '../../agent/terminal/testing/bench.ts';
import { type SimulatedTerminal, startTerminal, type TerminalSettings } from '../terminal/terminal.ts';

const CHILD = fileURLToPath(new URL('zkteco-child.ts', import.meta.url));
const CHILD_MS = 20_000;

let terminal: SimulatedTerminal;
let client: Zkteco | null = null;

// It logs into a file in whatever folder it is started in, also from a child.
const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'sereno-interop-'));
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

// It prints whatever happens to it.
beforeEach(() => {
  for (const method of ['log', 'error'] as const)
    vi.spyOn(console, method).mockImplementation(() => undefined);
});
afterEach(async () => {
  vi.restoreAllMocks();
  client?.ztcp.socket?.destroy();
  client = null;
  await terminal.stop();
});

async function connect(settings: TerminalSettings = {}): Promise<Zkteco> {
  terminal = await startTerminal(settings);
  client = new Zkteco('127.0.0.1', terminal.port, 1000, 0);
  await client.createSocket();
  return client;
}

/** What zkteco-js makes of such a terminal, in a process of its own; null if that process died. */
async function asked(question: 'users' | 'attendance' | 'write', settings: TerminalSettings) {
  terminal = await startTerminal(settings);
  return await ask(question);
}

function ask(question: string): Promise<unknown[] | null> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [CHILD, `${terminal.port}`, question],
      { timeout: CHILD_MS },
      (error, stdout) => {
        resolve(error === null ? JSON.parse(stdout.trim().split('\n').at(-1) ?? '') : null);
      },
    );
  });
}

/** How many users the agent finds on such a terminal. */
async function countedByAgent(settings: TerminalSettings, device = ''): Promise<number> {
  const bench = await startBench(settings, device);
  try {
    return (await bench.terminal.roster()).size;
  } finally {
    await bench.stop();
  }
}

/** Terminals whose tables it can read: one frame, or one large chunk that arrives frame by frame. */
const READABLE: TerminalSettings[] = [{ bulk: 'single' }, { frameBytes: 65_472, latency: { perKbMs: 3 } }];

describe('zkteco-js at the simulated terminal', () => {
  it.each(READABLE)('reads users and attendance of a terminal with %j', async (settings) => {
    const users = await asked('users', { users: 500, attendance: 40, ...settings });
    expect(users).toHaveLength(500);
    expect(users).toEqual(
      terminal.users().map(({ uid, userId, card }) => expect.objectContaining({ uid, userId, cardno: card })),
    );
    expect(await ask('attendance')).toEqual(
      terminal.attendance().map(({ userId }) => expect.objectContaining({ user_id: userId })),
    );
  });

  it('reads what the terminal says of itself, and sets its clock', async () => {
    const zkteco = await connect({ users: 3, attendance: 7 });
    expect(await zkteco.getSerialNumber()).toBe('SIM0000000001');
    expect(await zkteco.getDeviceName()).toBe('Simulado');
    expect(await zkteco.getPlatform()).toBe('ZLM60_TFT');
    expect(await zkteco.getFirmware()).toBe('Ver 6.60 Apr 28 2017\0');
    expect(await zkteco.getInfo()).toEqual({ userCounts: 3, logCounts: 7, logCapacity: 200_000 });
    await zkteco.setTime(new Date(2030, 0, 2, 3, 4, 5));
    expect(terminal.state.clock.now()).toMatch(/^2030-01-02T03:04:0[5-9]$/);
    expect((await zkteco.getTime()).getFullYear()).toBe(2030);
  });

  it('writes and deletes users, and says goodbye', async () => {
    const zkteco = await connect();
    await zkteco.disableDevice();
    expect(terminal.enabled).toBe(false);
    await zkteco.setUser(4, '77', 'Ana', '12', 14, 999);
    await zkteco.enableDevice();
    expect(terminal.users()).toMatchObject([
      { uid: 4, userId: '77', name: 'Ana', password: '12', privilege: 14, card: 999 },
    ]);
    await zkteco.disableDevice();
    await zkteco.deleteUser(4);
    await zkteco.enableDevice();
    expect(terminal.users()).toEqual([]);
    await zkteco.disconnect();
    await terminal.until((it) => it.connections() === 0);
  });

  it('takes one liberty with the protocol: its hello has reply id 1 instead of 0', async () => {
    await asked('users', { users: 2, bulk: 'single' });
    expect(terminal.violations).toEqual([expect.stringContaining('connect with session 0, reply id 1')]);
  });
});

describe('faults of zkteco-js that show here, and that the agent does not have', () => {
  it('loses frames that arrive joined: a table of several frames is empty to it, without an error', async () => {
    const settings: TerminalSettings = { users: 200, join: true };
    expect(await asked('users', settings)).toEqual([]);
    expect(await countedByAgent(settings)).toBe(200);
  });

  it('comes to grief over frames that arrive split: it throws outside of any promise', async () => {
    const settings: TerminalSettings = { users: 3, split: { min: 1, max: 3 } };
    // The kernel may deliver pieces joined: it asks again until they arrive apart.
    let answer: unknown = 'not asked';
    for (let asks = 0; asks < 10 && answer !== null; asks++) answer = await asked('users', settings);
    expect(answer).toBeNull();
    expect(await countedByAgent(settings)).toBe(3);
  });

  it('takes an event between question and answer for the answer', async () => {
    const settings: TerminalSettings = { users: 3, eventsBetween: true };
    expect(await asked('users', settings)).toBeNull();
    expect(await countedByAgent(settings)).toBe(3);
  });

  it('takes a refusal for success', async () => {
    const zkteco = await connect();
    terminal.faults.add({ kind: 'refuse', command: 8, reply: 2001 });
    const answer = await zkteco.setUser(4, '77', 'Ana', '', 0, 0);
    expect(answer.readUInt16LE(0)).toBe(2001);
    expect(terminal.users()).toEqual([]);
  });

  it('knows no comm key: it says that it is connected, and writes nothing without saying so', async () => {
    const settings: TerminalSettings = { users: 3, commKey: 9 };
    expect(await asked('write', settings)).not.toBeNull();
    expect(terminal.users()).toHaveLength(3);
    expect(await countedByAgent(settings, 'comm_key: 9')).toBe(3);
  });

  it('cannot write cards over 16 bits, and erases group and time zones', async () => {
    const zkteco = await connect({ users: [{ uid: 4, userId: '77', name: 'Ana', group: 5, card: 70_000 }] });
    await expect(zkteco.setUser(4, '77', 'Ana', '', 0, 70_000)).rejects.toBeDefined();
    await zkteco.setUser(4, '77', 'Ana', '', 0, 1);
    expect(terminal.users()).toMatchObject([{ group: 0, card: 1 }]);
  });

  it('reads names wrong that are not ASCII or fill their field', async () => {
    const named = [
      { userId: '1', name: 'Ñandú' },
      { userId: '2', name: 'x'.repeat(24), card: 0x01414141 },
    ];
    expect(await asked('users', { bulk: 'single', users: named })).toEqual([
      expect.objectContaining({ name: expect.not.stringMatching('Ñandú') }),
      expect.objectContaining({ name: expect.stringMatching(/^x{24}AAA/) }),
    ]);
  });

  it('reads 28-byte records as if they were 72 bytes wide', async () => {
    const settings: TerminalSettings = { users: 3, width: 28 };
    expect(await asked('users', settings)).toHaveLength(1);
    expect(await countedByAgent(settings)).toBe(3);
  });

  it('finds an empty table, without an error, where the line is cut in the middle of it', async () => {
    terminal = await startTerminal({ users: 500 });
    terminal.faults.add({ kind: 'cut-after-bytes', afterBytes: 5000 });
    expect(await ask('users')).toEqual([]);
  });
});
