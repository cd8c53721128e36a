// Punches over the whole agent: a simulated terminal on one side, a cloud that says what it has stored on the other.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Command } from '../../test/terminal/protocol.ts';
import type { SimulatedTerminal } from '../../test/terminal/terminal.ts';
import type { AgentBench } from '../testing/agent-bench.ts';
import { branchOfEachTest } from '../testing/branch-bench.ts';

const branch = branchOfEachTest({ users: 5, serialNumber: 'A1' });
let agent: AgentBench;
beforeEach(() => {
  agent = branch.agent;
});
const { terminal } = branch;

interface Begin {
  readonly live?: boolean;
  readonly more?: string;
  /** Seconds. */
  readonly every?: number;
}

function begin(simulated: SimulatedTerminal, { live = true, more = '', every = 1 }: Begin = {}): void {
  const device = `{id: puerta, host: 127.0.0.1, port: ${simulated.port}, timezone: America/La_Paz${more}}`;
  agent.start(`punches: {every: ${every}, live: ${live}}\ndevices: [${device}]\n`);
}

/** Badges in the order of the terminal's log, so that two lists can be compared. */
const held = (simulated: SimulatedTerminal) =>
  simulated.attendance().map(({ userId, time, verify, state }) => `${userId} ${time} ${verify} ${state}`);
const told = () =>
  agent.link.punches().map(({ user_id, local, status, punch }) => `${user_id} ${local} ${status} ${punch}`);
const badges = (simulated: SimulatedTerminal) => simulated.users().map(({ userId }) => userId);
/** Waits until all that the terminal holds has been told. */
const whole = async (simulated: SimulatedTerminal, more: readonly string[] = []) => {
  const all = [...more, ...held(simulated)].sort();
  await expect.poll(() => told().sort(), { timeout: 8000 }).toEqual(all);
};
/** How often the log was opened. */
const looks = ({ log }: SimulatedTerminal) =>
  log.filter(({ command, data }) => command === Command.prepareRead && data.readUInt16LE(1) === 13).length;
/** Waits until the log is looked at: by then the terminal tells of its punches, where it does. */
const looked = (simulated: SimulatedTerminal) => simulated.until(() => looks(simulated) > 0);

/** Punches once, and waits until live events of this terminal are believed. */
async function proven(simulated: SimulatedTerminal): Promise<void> {
  await looked(simulated);
  await whole(simulated);
  simulated.punch(badges(simulated)[0] ?? '', { time: '2026-10-30T07:00:00' });
  await whole(simulated);
}

describe.each(['tcp', 'udp'] as const)('over %s', (transport) => {
  it('what the terminal holds is told once, and what is punched later, with the instant of its time zone', async () => {
    const simulated = await terminal({ transport, attendance: 700 });
    begin(simulated, { more: `, transport: ${transport}` });
    await whole(simulated);
    const [badge = ''] = badges(simulated);
    simulated.punch(badge, { time: '2026-10-31T08:05:10', verify: 2, state: 1 });
    await whole(simulated);
    const punch = agent.link.punches().find(({ local }) => local === '2026-10-31T08:05:10');
    expect(punch).toMatchObject({
      device: 'puerta',
      serial: 'A1',
      user_id: badge,
      at: Date.parse('2026-10-31T12:05:10Z'),
      status: 2,
      punch: 1,
    });
    expect(simulated.violations).toEqual([]);
  });
});

it.each([32, 36, 37, 52] as const)(
  'live events of %i bytes are told without reading the log, once they were seen to be right',
  async (liveEventBytes) => {
    const simulated = await terminal({ liveEventBytes, attendance: 3 });
    begin(simulated, { every: 3600 });
    await proven(simulated);
    const before = looks(simulated);
    const [one = '', two = ''] = badges(simulated);
    simulated.punch([one, two], { time: '2026-10-31T08:05:10' });
    simulated.punch(one, { time: '2026-10-31T08:05:11' });
    await whole(simulated);
    expect(
      agent.link
        .punches()
        .slice(-3)
        .map(({ source }) => source),
    ).toEqual(['live', 'live', 'live']);
    expect(looks(simulated)).toBe(before);
  },
);

it.each([10, 12, 14] as const)(
  'live events of %i bytes, in which badges are numbers, make the log be read at once',
  async (liveEventBytes) => {
    const simulated = await terminal({ liveEventBytes, attendance: 3 });
    begin(simulated, { every: 3600 });
    await looked(simulated);
    await whole(simulated);
    simulated.punch(badges(simulated).slice(0, 2), { time: '2026-10-31T08:05:10' });
    await whole(simulated);
    expect(agent.link.punches().at(-1)?.source).toBe('log');
  },
);

it('a number of four bytes is believed where the log keeps no more of a badge', async () => {
  const simulated = await terminal({ liveEventBytes: 12, attendanceWidth: 16, attendance: 3 });
  begin(simulated, { every: 3600 });
  await proven(simulated);
  simulated.punch(badges(simulated)[0] ?? '', { time: '2026-10-31T08:05:10' });
  await whole(simulated);
  expect(agent.link.punches().at(-1)?.source).toBe('live');
});

it.each(['8b', 8, 16, 40, 49] as const)(
  'a log of %s bytes is read, and gone on with',
  async (attendanceWidth) => {
    const simulated = await terminal({ attendanceWidth, attendance: 300 });
    begin(simulated, { live: false });
    await whole(simulated);
    simulated.punch(badges(simulated)[1] ?? '', { time: '2026-10-31T08:05:10' });
    await whole(simulated);
  },
);

it('two equal punches in one second are two, and an event that comes twice is one', async () => {
  const simulated = await terminal({ liveEvents: 'twice' });
  begin(simulated, { every: 3600 });
  await proven(simulated);
  const [one = ''] = badges(simulated);
  simulated.punch(one, { time: '2026-10-31T08:05:10' });
  simulated.punch(one, { time: '2026-10-31T08:05:10' });
  simulated.punch(one, { time: '2026-10-31T08:05:11' });
  await expect.poll(() => agent.link.punches().length).toBe(4);
  await whole(simulated);
});

it.each(['none', 'refused', 'other'] as const)(
  'a terminal whose live events are not to be relied on (%s) is read instead, each punch once',
  async (liveEvents) => {
    const simulated = await terminal({ liveEvents });
    begin(simulated);
    await looked(simulated);
    for (let n = 0; n < 3; n++) {
      simulated.punch(badges(simulated)[n] ?? '', { time: `2026-10-31T08:05:1${n}` });
      await whole(simulated);
    }
    expect(agent.link.punches().map(({ source }) => source)).toEqual(['log', 'log', 'log']);
  },
);

it('what is punched while the terminal is away is read when it is back', async () => {
  const simulated = await terminal();
  begin(simulated);
  await proven(simulated);
  const back = simulated.reboot(300);
  simulated.punch(badges(simulated)[1] ?? '', { time: '2026-10-31T08:05:10' });
  await back;
  simulated.punch(badges(simulated)[2] ?? '', { time: '2026-10-31T08:05:11' });
  await whole(simulated);
});

it('a terminal that takes one client is asked for its count and left free in between', async () => {
  const simulated = await terminal({ oneClient: 'close', attendance: 4 });
  const device = `{id: puerta, host: 127.0.0.1, port: ${simulated.port}, timezone: America/La_Paz}`;
  agent.start(`punches: {every: 1}\ndevices: [${device}]\n`);
  await whole(simulated);
  simulated.punch(badges(simulated)[0] ?? '', { time: '2026-10-31T08:05:10' });
  await whole(simulated);
  expect(simulated.log.some(({ command }) => command === Command.registerEvents)).toBe(false);
});

it('a log that was cleared at the keypad, and a clock set back, take nothing away', async () => {
  const simulated = await terminal({ attendance: 5 });
  begin(simulated, { live: false });
  await whole(simulated);
  const before = held(simulated);
  simulated.keypad.clearAttendance();
  simulated.punch(badges(simulated)[0] ?? '', { time: '2026-10-31T08:05:10' });
  await whole(simulated, before);
  simulated.punch(badges(simulated)[0] ?? '', { time: '2026-10-31T07:05:10' });
  await whole(simulated, before);
});

it('a terminal at its capacity, which forgets its oldest, loses nothing on the way', async () => {
  const simulated = await terminal({ attendance: 0, capacity: { records: 6 }, cyclicDelete: 2 });
  begin(simulated, { live: false });
  const all: string[] = [];
  for (let n = 0; n < 9; n++) {
    simulated.punch(badges(simulated)[n % 5] ?? '', { time: `2026-10-31T08:05:1${n}` });
    all.push(held(simulated).at(-1) ?? '');
    await expect.poll(() => told(), { timeout: 8000 }).toEqual(all);
  }
});

it('how far the records of the first contact are taken is announced', async () => {
  const simulated = await terminal({ attendance: 3000 });
  begin(simulated, { live: false });
  const { devices } = await agent.hello(({ devices }) => devices[0]?.punches?.history.done === 3000);
  expect(devices[0]?.punches).toEqual({ mode: 'polled', history: { done: 3000, total: 3000 } });
});

it('a new agent with an empty disk makes the same ids', async () => {
  const simulated = await terminal({ attendance: 50 });
  begin(simulated);
  await proven(simulated);
  simulated.punch(badges(simulated)[1] ?? '', { time: '2026-10-31T08:05:10' });
  await whole(simulated);
  const ids = agent.link.punches().map(({ id }) => id);
  await agent.stop();
  begin(simulated);
  await looked(simulated);
  simulated.punch(badges(simulated)[2] ?? '', { time: '2026-10-31T08:05:11' });
  await expect.poll(() => agent.link.punches().length).toBe(1);
  ids.push(...agent.link.punches().map(({ id }) => id));
  await agent.stop();
  for (const end of ['', '-wal', '-shm']) rmSync(join(agent.folder, `punches.db${end}`), { force: true });
  begin(simulated);
  await whole(simulated);
  expect(
    agent.link
      .punches()
      .map(({ id }) => id)
      .sort(),
  ).toEqual(ids.sort());
});

it.each([10, 12] as const)(
  'a badge that a live event of %i bytes cannot hold is read from the log, and nobody else is told instead',
  async (liveEventBytes) => {
    const long = liveEventBytes === 10 ? '70001' : '0012';
    const simulated = await terminal({
      liveEventBytes,
      users: [{ userId: '12' }, { userId: long }],
      attendance: 0,
    });
    begin(simulated);
    await looked(simulated);
    for (const [second, badge] of ['12', long, '12', long].entries()) {
      simulated.punch(badge, { time: `2026-10-30T07:00:0${second}` });
      await whole(simulated);
    }
    expect(told().map((words) => words.split(' ')[0])).toEqual(['12', long, '12', long]);
  },
);

it('what the cloud has not confirmed is kept across a restart and sent again', async () => {
  const simulated = await terminal({ attendance: 3 });
  begin(simulated);
  agent.link.stores = false;
  await whole(simulated);
  const [batch] = agent.link.batches;
  await agent.stop();
  begin(simulated);
  await expect.poll(() => agent.link.batches.length).toBeGreaterThan(0);
  const [again] = agent.link.batches;
  expect(again?.events).toEqual(batch?.events);
  // Numbers that an earlier run has used, and the cloud has noted, say nothing of this run: its memory may have been put back from a copy.
  expect(again?.journal).not.toBe(batch?.journal);
});

it('commands go before collecting, also while a long history is read', async () => {
  const simulated = await terminal({ attendance: 60_000, latency: { perCommandMs: 3 } });
  begin(simulated);
  await expect.poll(() => agent.link.punches().length, { timeout: 8000 }).toBeGreaterThan(400);
  expect(agent.link.punches().length).toBeLessThan(60_000);
  const asked = performance.now();
  const reply = await agent.run('device.ping', 'puerta');
  expect(reply.status).toBe('ok');
  expect(performance.now() - asked).toBeLessThan(1500);
  expect(simulated.violations).toEqual([]);
});

it('an enrolment is not disturbed by live events, and no punch is lost over it', async () => {
  const simulated = await terminal();
  begin(simulated);
  await proven(simulated);
  const [badge = ''] = badges(simulated);
  const id = agent.send('finger.enroll', 'puerta', { user_id: badge, finger_index: 3 });
  await simulated.until(({ enrolment }) => enrolment !== null);
  simulated.punch(badges(simulated)[1] ?? '', { time: '2026-10-31T08:05:10' });
  simulated.pressFinger('good', 'good', 'good');
  expect((await agent.reply(id)).status).toBe('ok');
  await whole(simulated);
});

it('punches during commands are reported, too', async () => {
  const simulated = await terminal({ latency: { perCommandMs: 5 } });
  begin(simulated, { every: 3600 });
  await proven(simulated);
  for (let n = 0; n < 5; n++) {
    const reply = agent.run('user.list', 'puerta', { refresh: true });
    simulated.punch(badges(simulated)[n] ?? '', { time: `2026-10-31T08:05:1${n}` });
    expect((await reply).status).toBe('ok');
  }
  await whole(simulated);
  expect(
    agent.link
      .punches()
      .slice(-5)
      .every(({ source }) => source === 'live'),
  ).toBe(true);
});

it('a deleted device leaves nothing of its log', async () => {
  const simulated = await terminal({ attendance: 3 });
  agent.start('punches: {every: 1}\n');
  const put = { id: 'puerta', name: 'Puerta', host: '127.0.0.1', port: simulated.port, mode: 'create' };
  expect((await agent.run('device.put', 'puerta', put)).status).toBe('ok');
  await expect.poll(() => agent.link.punches().length).toBe(3);
  expect((await agent.run('device.delete', 'puerta')).status).toBe('ok');
  expect((await agent.run('device.put', 'puerta', put)).status).toBe('ok');
  // It is read anew, under the same ids.
  await expect.poll(() => agent.link.batches.flatMap(({ events }) => events).length).toBe(6);
  expect(agent.link.punches().length).toBe(3);
});

it('a word of the cloud that comes when the agent has stopped changes nothing, and what it was about is sent again', async () => {
  const simulated = await terminal({ attendance: 3 });
  begin(simulated);
  agent.link.stores = false;
  await whole(simulated);
  const { link } = agent;
  const { journal, seq } = link.batches[0] ?? {};
  await agent.stop();
  link.events.onStored(Buffer.from(JSON.stringify({ v: 1, journal, seq })));
  begin(simulated);
  await whole(simulated);
});
