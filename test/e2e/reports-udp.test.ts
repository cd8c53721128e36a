// Terminals over UDP as reported from the field, asked over HTTP: the right value, or a true error.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Fault } from '../terminal/terminal.ts';
import { type Branch, type Kind, startBranch } from './branch.ts';
import type { Caller } from './client.ts';

const chunk = (fault: Omit<Fault, 'command'>): Fault => ({ command: 1504, ...fault });

const KINDS: Record<string, Kind> = {
  'early-end': { settings: {}, faults: [chunk({ kind: 'late-frame', frame: -2 })] },
  doubled: { settings: {}, faults: [chunk({ kind: 'double-frame', frame: 3 })] },
  hole: { settings: {}, faults: [chunk({ kind: 'lose-frame', frame: 3, times: 2 })] },
  'head-lost': {
    settings: {},
    faults: [
      chunk({ kind: 'lose-frame', frame: 0, skip: 1, times: 1 }),
      chunk({ kind: 'lose-frame', frame: 1, skip: 1, times: 1 }),
    ],
  },
  overtaken: {
    settings: {},
    faults: [chunk({ kind: 'late-frame', frame: 2, by: 20 }), chunk({ kind: 'late-frame', frame: 0, by: 2 })],
  },
  'small-chunks': { settings: { chunkLimit: { udp: 8192 } } },
  'no-chunks': { settings: { chunkLimit: { udp: 100 } } },
  uncounted: { settings: { sessionFieldCounts: false } },
  bursts: {
    settings: {
      datagrams: { burstBegins: 0.01, burstGoesOn: 0.5, doubled: 0.01, overtaken: 0.02 },
      datagramsIn: { burstBegins: 0.01, burstGoesOn: 0.5 },
    },
  },
};
const USERS = 900;
const PUNCHES = 3000;

let branch: Branch;
let call: Caller;

beforeAll(async () => {
  const common = {
    transport: 'udp',
    width: 28,
    users: USERS,
    attendance: PUNCHES,
    attendanceWidth: 16,
  } as const;
  branch = await startBranch(KINDS, { common, timeout: 4 });
  call = branch.call;
});
afterAll(() => branch.stop());

it.each(Object.keys(KINDS).filter((id) => id !== 'no-chunks' && id !== 'bursts'))(
  '%s: users and punches are those of the terminal',
  async (id) => {
    const terminal = branch.terminals.get(id)!;
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
  const terminal = branch.terminals.get('bursts')!;
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
