// What a terminal as slow as real ones costs: one write, a list, many at once; against a plain script, and the terminal's own time.
import { setTimeout as sleep } from 'node:timers/promises';
import { readSet } from '../../agent/zk/bulk.ts';
import { encodeUsers, storeUploaded, uploadUsers } from '../../agent/zk/bulk-write.ts';
import { disable, enable, refreshData } from '../../agent/zk/control.ts';
import { Conversation } from '../../agent/zk/conversation.ts';
import { readCounters } from '../../agent/zk/counters.ts';
import {
  decodeUsers,
  deleteUser,
  newUser,
  patchUser,
  type UserRecord,
  writeUser,
} from '../../agent/zk/users.ts';
import { type Caller, startForTest } from '../e2e/client.ts';
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import { type Finding, figures, line, repeat, times } from './measure.ts';

/** As terminals of the field: for a command, more for a write, for a KB. */
const LATENCY = { perCommandMs: 15, perWriteMs: 30, perKbMs: 1 };
const RUNS = 20;
const SCRIPT_RUNS = 5;
const AT_ONCE = 50;
const BATCH = 1000;
/** Longer than any command of the terminal takes. */
const REST_MS = 80;
const [DISABLE, ENABLE] = [1003, 1002];

function open(port: number): Promise<Conversation> {
  return Conversation.open({ host: '127.0.0.1', port, transport: 'tcp', commKey: 0, timeoutMs: 10_000 });
}

/** Connect, read the table, lock, write, refresh, unlock, leave. Nothing is verified. */
async function byScript(
  port: number,
  write: (conversation: Conversation, users: readonly UserRecord[]) => Promise<void>,
): Promise<void> {
  const conversation = await open(port);
  const users = decodeUsers(await readSet(conversation, 'users'), 72, 'utf-8');
  await disable(conversation, null);
  await write(conversation, users);
  await refreshData(conversation);
  await enable(conversation);
  await conversation.close();
}

const script = {
  create: (port: number, userId: string) =>
    byScript(port, async (conversation, users) => {
      const uid = users.reduce((highest, user) => Math.max(highest, user.uid), 0) + 1;
      await writeUser(conversation, newUser({ uid, userId, name: 'Script' }, 72, 'utf-8'));
    }),
  update: (port: number, userId: string, name: string) =>
    byScript(port, async (conversation, users) => {
      const user = users.find((each) => each.userId === userId);
      if (user === undefined) throw new Error(`no ${userId}`);
      await writeUser(conversation, patchUser(user.raw, 72, { name }, 'utf-8'));
    }),
  delete: (port: number, userId: string) =>
    byScript(port, async (conversation, users) => {
      await deleteUser(conversation, users.find((each) => each.userId === userId)?.uid ?? 0);
    }),
  async list(port: number) {
    const conversation = await open(port);
    decodeUsers(await readSet(conversation, 'users'), 72, 'utf-8');
    await conversation.close();
  },
};

/** The bare exchanges of a window on an open conversation: what cannot be avoided. */
async function window(conversation: Conversation, write: () => Promise<void>): Promise<void> {
  await disable(conversation, 25);
  await readCounters(conversation);
  await write();
  await readCounters(conversation);
  await refreshData(conversation);
  await enable(conversation);
}

async function writeUsers(conversation: Conversation, records: readonly Buffer[]): Promise<void> {
  await uploadUsers(conversation, encodeUsers(records));
  await storeUploaded(conversation);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** How long the terminal was disabled in what it was asked since `from`, ms. */
function disabledMs({ log }: SimulatedTerminal, from: number): number {
  let since: number | null = null;
  let sum = 0;
  for (const { command, at } of log.slice(from)) {
    if (command === DISABLE) since ??= at;
    if (command !== ENABLE || since === null) continue;
    sum += at - since;
    since = null;
  }
  return sum;
}

async function ok(call: Caller, ...request: Parameters<Caller>): Promise<void> {
  const { status, body } = await call(...request);
  if (status !== 200)
    throw new Error(`${request[0]} ${request[1]} answered ${status}: ${JSON.stringify(body)}`);
}

/** Resolves once nothing is asked of the terminal any more: a window ends some commands after its answer. */
async function rest(terminal: SimulatedTerminal): Promise<void> {
  for (let seen = -1; seen !== terminal.log.length; ) {
    seen = terminal.log.length;
    await sleep(REST_MS);
  }
}

const users = '/devices/principal/users';
const numbers = (count: number, from: number) => Array.from({ length: count }, (_, n) => `${from + n}`);

/** One create, update, delete and list of a terminal with so many users. */
async function single(count: number, bar: number, print: (text: string) => void): Promise<Finding[]> {
  const { system, call, stop } = await startForTest({
    terminals: { principal: { users: count, latency: LATENCY } },
  });
  try {
    const terminal = system.terminals?.principal;
    if (terminal === undefined) throw new Error('no terminal');
    const { port } = terminal;
    print(`A terminal with ${count} users, 15 ms a command, 30 ms more a write, 1 ms a KB`);
    const someone = terminal.users()[Math.floor(count / 2)]?.userId ?? '';
    let next = 500_000;
    const alone = () => rest(terminal);
    const post = () => ok(call, 'POST', users, { user_id: `${next++}`, name: 'Ana' });
    const create = await repeat(RUNS, post, 5, alone);
    const put = (run: number) => ok(call, 'PUT', `${users}/${someone}`, { name: `Ana ${run}` });
    const update = await repeat(RUNS, put, 5, alone);
    let gone = 500_000;
    const remove = await repeat(RUNS, () => ok(call, 'DELETE', `${users}/${gone++}`), 2, alone);
    const inRow = await repeat(RUNS, post);
    print(line('create, one behind the other', inRow));
    const list = await repeat(RUNS, () => ok(call, 'GET', users));
    const plain = {
      create: await repeat(SCRIPT_RUNS, () => script.create(port, `${next++}`), 1),
      update: await repeat(SCRIPT_RUNS, (run) => script.update(port, someone, `Leo ${run}`), 1),
      delete: await repeat(SCRIPT_RUNS, () => script.delete(port, `${--next}`), 1),
      list: await repeat(SCRIPT_RUNS, () => script.list(port), 1),
    };
    const conversation = await open(port);
    const record = terminal.users()[0]?.raw ?? Buffer.alloc(72);
    const bare = await repeat(RUNS, () => window(conversation, () => writeUser(conversation, record)), 1);
    const counters = await repeat(RUNS, () => readCounters(conversation), 1);
    await conversation.close();
    const rows: Finding[] = [];
    for (const [what, ours, its, floor, most] of [
      ['create', create, plain.create, bare.p50, bar],
      ['update', update, plain.update, bare.p50, bar],
      ['delete', remove, plain.delete, bare.p50, bar],
      ['list again', list, plain.list, counters.p50, count <= 2000 ? 1 / 5 : 1],
    ] as const) {
      print(line(`${what}, whole path`, ours));
      print(line(`${what}, plain script`, its));
      rows.push(finding(`${what}, ${count} users`, ours.p50, its.p50, floor, most));
    }
    return rows;
  } finally {
    await stop();
  }
}

/** Many creates at one terminal: as single calls at the same time, and as one batch. */
async function together(print: (text: string) => void): Promise<Finding[]> {
  const { system, call, stop } = await startForTest({
    terminals: { principal: { users: 2000, latency: LATENCY } },
  });
  try {
    const terminal = system.terminals?.principal;
    if (terminal === undefined) throw new Error('no terminal');
    const { port } = terminal;
    const create = (user_id: string) => ok(call, 'POST', users, { user_id, name: 'Ana' });
    await create('499999');
    await Promise.all(numbers(5, 499_000).map(create));
    const from = terminal.log.length;
    const each: number[] = [];
    const atOnce = await timed(() =>
      Promise.all(
        numbers(AT_ONCE, 500_000).map(async (id) => {
          each.push(await timed(() => create(id)));
        }),
      ),
    );
    const disabled = disabledMs(terminal, from);
    const items = numbers(BATCH, 600_000).map((user_id) => ({ do: 'put', user_id, name: 'Ana' }));
    const batch = await timed(async () => {
      let { status, body } = await call('POST', '/devices/principal/users/batch', { items });
      while (status === 202 || ['accepted', 'running'].includes(body.data?.state)) {
        const id = body.operation_id ?? body.data.operation_id;
        ({ status, body } = await call('GET', `/operations/${id}`));
      }
      if (status !== 200) throw new Error(`the batch answered ${status}: ${JSON.stringify(body)}`);
    });
    if (terminal.users().length !== 2006 + AT_ONCE + BATCH) throw new Error('not all of them are there');
    const scriptFrom = terminal.log.length;
    const plain: number[] = [];
    const ids = numbers(times(AT_ONCE, 3), 700_000);
    for (const id of ids) plain.push(await timed(() => script.create(port, id)));
    // One is like the other: where fewer were measured, fifty of them take so much longer.
    const scriptDisabled = (disabledMs(terminal, scriptFrom) / ids.length) * AT_ONCE;
    const conversation = await open(port);
    const records = (count: number) =>
      Array.from({ length: count }, (_, n) =>
        newUser({ uid: 30_000 + n, userId: `${800_000 + n}`, name: 'Ana' }, 72, 'utf-8'),
      );
    const floor50 = await timed(() => window(conversation, () => writeUsers(conversation, records(AT_ONCE))));
    const floor1000 = await timed(() => window(conversation, () => writeUsers(conversation, records(BATCH))));
    await conversation.close();
    const sum = (plain.reduce((total, ms) => total + ms, 0) / ids.length) * AT_ONCE;
    print(line(`${AT_ONCE} creates at once, each`, figures(each)));
    print(line('one create by the script', figures(plain)));
    // The script's time for a thousand is that of fifty, twenty times: its table only grows.
    return [
      finding(`${AT_ONCE} creates at once`, atOnce, sum, floor50, 1 / 20),
      finding(`disabled for ${AT_ONCE} creates`, disabled, scriptDisabled, null, 1 / 20),
      finding(`${BATCH} users in one batch`, batch, (sum / AT_ONCE) * BATCH, floor1000, 1 / 100),
      { ...finding('the same', batch, floor1000, floor1000, 1.5), beside: 'floor' },
    ];
  } finally {
    await stop();
  }
}

function finding(what: string, ours: number, other: number, floor: number | null, bar: number): Finding {
  return { what, ours, unit: 'ms', other, beside: 'script', floor, bar };
}

/** What is to be compared with a plain script, and the bars that are set for it. */
export async function benchMany(print: (text: string) => void): Promise<readonly Finding[]> {
  return [
    ...(await single(2000, 1 / 3, print)),
    ...(await single(10_000, 1 / 8, print)),
    ...(await together(print)),
  ];
}
