// This folder against the simulated terminal, which was written independently from the same facts.
import { afterEach, describe, expect, test } from 'vitest';
import {
  type SimulatedTerminal,
  startTerminal,
  type TerminalSettings,
} from '../../test/terminal/terminal.ts';
import { decodeAttendance } from './attendance.ts';
import { readSet } from './bulk.ts';
import { disable, enable, refreshData } from './control.ts';
import { Conversation } from './conversation.ts';
import { readCounters } from './counters.ts';
import { decodeEnrolEvent, type EnrolEvent, startEnrol } from './enrolment.ts';
import { isZkError } from './errors.ts';
import { decodePunches, type LivePunch, registerEvents } from './live.ts';
import { readFirmware, readOption } from './options.ts';
import { decodeTemplates, deleteFinger, readTemplate, uploadTemplate } from './templates.ts';
import { readTime, writeTime } from './time.ts';
import { decodeUsers, deleteUser, newUser, patchUser, writeUser } from './users.ts';

const released: (() => unknown)[] = [];

afterEach(async () => {
  for (const release of released.splice(0).reverse()) await release();
});

async function start(settings: TerminalSettings): Promise<SimulatedTerminal> {
  const terminal = await startTerminal(settings);
  released.push(() => terminal.stop());
  return terminal;
}

async function talkTo(terminal: SimulatedTerminal, timeoutMs = 3000): Promise<Conversation> {
  const conversation = await Conversation.open({
    host: terminal.host,
    port: terminal.port,
    transport: terminal.options.transport === 'udp' ? 'udp' : 'tcp',
    commKey: terminal.options.commKey,
    timeoutMs,
  });
  released.push(() => conversation.close());
  return conversation;
}

const terminals: Record<string, TerminalSettings> = {
  'an ordinary terminal': {},
  'one with a comm key': { commKey: 12345678 },
  'one that asks for the key even where it is 0': { alwaysAskKey: true },
  'one with 28-byte records': { width: 28, attendanceWidth: 8 },
  'one on UDP': { transport: 'udp' },
  'one on UDP with 28-byte records and a key': {
    transport: 'udp',
    width: 28,
    attendanceWidth: 16,
    commKey: 7,
  },
  'one that splits frames, events between them': { split: { min: 1, max: 7 }, eventsBetween: true },
  'one that joins frames, events between them': { join: true, eventsBetween: true },
  'one with frames of 64 KB': { frameBytes: 65_472, bulk: 'chunked' },
  'one that answers everything in one frame': { bulk: 'single' },
  'one that answers straight after 1503': { bulk: 'prepared', sessionFieldCounts: false },
  'one whose chunks are bare': { bulk: 'chunked', chunkAnswer: 'bare', attendanceWidth: '8b' },
  'one without counters': { counters: 'none', attendanceWidth: 49 },
  'one without a timed disable': { timedDisable: 'refused', templateTail: 'zeros' },
};

describe.each(Object.entries(terminals))('%s', (_name, settings) => {
  const contents = { users: 300, attendance: 400, templates: 40 };

  test('is read exactly', async () => {
    const terminal = await start({ ...settings, ...contents });
    const conversation = await talkTo(terminal);
    const counters = await readCounters(conversation);
    const users = await readSet(conversation, 'users');
    expect(decodeUsers(users, terminal.options.width, 'utf-8').map(({ raw }) => raw.toString('hex'))).toEqual(
      terminal.rawUsers().map((raw) => raw.toString('hex')),
    );
    const attendance = decodeAttendance(await readSet(conversation, 'attendance'), counters?.records ?? null);
    if (attendance === 'ambiguous') throw new Error('it should be clear');
    expect(attendance.width).toBe(terminal.options.attendanceWidth);
    expect(attendance.records.map(({ time, status, punch }) => ({ time, status, punch }))).toEqual(
      terminal.attendance().map(({ time, verify, state }) => ({ time, status: verify, punch: state })),
    );
    const templates = decodeTemplates(await readSet(conversation, 'templates'));
    expect(templates.map(({ template }) => template.toString('hex'))).toEqual(
      terminal.templates().map(({ template }) => template.toString('hex')),
    );
    const first = templates[0]!;
    expect(await readTemplate(conversation, first.uid, first.finger)).toEqual(first.template);
    expect(await readTemplate(conversation, first.uid, 9)).toBeNull();
    expect(await readOption(conversation, '~SerialNumber')).toBe(terminal.options.serialNumber);
    expect(await readOption(conversation, '~NoSuchThing')).toBeNull();
    expect(await readFirmware(conversation)).toBe(terminal.options.firmware);
    expect(await readTime(conversation)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    expect(terminal.violations).toEqual([]);
  });

  test('is written exactly, and its fingers are put back', async () => {
    const terminal = await start({ ...settings, ...contents });
    const { width } = terminal.options;
    const conversation = await talkTo(terminal);
    const [before, , doomed] = terminal.rawUsers();
    const somebody = terminal.users()[0]!;
    const templates = terminal.templates().filter(({ uid }) => uid === somebody.uid);
    const changed = patchUser(before!, width, { name: 'Eva', card: 4711 }, 'utf-8');
    const made = newUser({ uid: 900, userId: '900900', name: 'Nueva' }, width, 'utf-8');

    const { timed } = await disable(conversation, 25);
    expect(timed).toBe(terminal.options.timedDisable !== 'refused');
    await writeUser(conversation, changed);
    await writeUser(conversation, made);
    await deleteUser(conversation, doomed!.readUInt16LE(0));
    const slot = { width, uid: somebody.uid, userId: somebody.userId, finger: templates[0]!.finger };
    await deleteFinger(conversation, slot);
    await refreshData(conversation);
    expect(terminal.templates().some(({ uid }) => uid === somebody.uid)).toBe(false);
    await uploadTemplate(conversation, { ...templates[0]!, template: Buffer.from(templates[0]!.template) });
    await writeTime(conversation, { year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5 });
    await refreshData(conversation);
    await enable(conversation);

    const raw = terminal.rawUsers().map((record) => record.toString('hex'));
    expect(raw).toContain(changed.toString('hex'));
    expect(raw).toContain(made.toString('hex'));
    expect(raw).not.toContain(doomed!.toString('hex'));
    expect(terminal.templates()).toContainEqual(templates[0]);
    expect(await readTime(conversation)).toMatch(/^2026-01-02T03:04:0\d$/);
    await conversation.close();
    expect(terminal.enabled).toBe(true);
    expect(terminal.violations).toEqual([]);
  });

  test('tells how an enrolment goes, and who punches in', async () => {
    const terminal = await start({ ...settings, users: 3 });
    const conversation = await talkTo(terminal);
    const { userId } = terminal.users()[1]!;
    const enrolled: EnrolEvent[] = [];
    const punches: LivePunch[] = [];
    conversation.onEvent((event) => {
      const enrol = decodeEnrolEvent(event);
      if (enrol !== null) enrolled.push(enrol);
      punches.push(...decodePunches(event));
    });
    await startEnrol(conversation, { userId, finger: 3 });
    terminal.pressFinger('good', 'bad', 'good', 'good');
    await expect.poll(() => enrolled.at(-1)?.kind === 'result').toBe(true);
    const samples = enrolled.filter((event) => event.kind === 'sample').map(({ good }) => good);
    expect(samples).toEqual([true, false, true, true]);
    expect(enrolled.at(-1)).toMatchObject({ code: 0, userId, finger: 3 });

    await registerEvents(conversation);
    punches.length = 0;
    const ids = terminal.users().map((user) => user.userId);
    terminal.punch(ids, { time: '2026-03-04T05:06:07', verify: 1, state: 1 });
    await expect
      .poll(() => punches)
      .toMatchObject(ids.map((id) => ({ userId: id, status: 1, punch: 1, time: '2026-03-04T05:06:07' })));
    expect(terminal.violations).toEqual([]);
  });
});

describe('a terminal in trouble', () => {
  test('cut after any byte of a table, a read is whole or one clear error, and the next one is fine', async () => {
    const terminal = await start({ users: 200, bulk: 'chunked' });
    for (let afterBytes = 0; afterBytes < 15_500; afterBytes += 487) {
      const conversation = await talkTo(terminal);
      const remove = terminal.faults.add({ kind: 'cut-after-bytes', afterBytes, times: 1 });
      const read = await readSet(conversation, 'users').catch((error: unknown) => error);
      remove();
      if (Buffer.isBuffer(read)) expect(read.length).toBe(200 * 72);
      else expect(isZkError(read, 'closed')).toBe(true);
      conversation.destroy();
    }
    const conversation = await talkTo(terminal);
    expect((await readSet(conversation, 'users')).length).toBe(200 * 72);
  });

  test.each(['drop', 'stall', 'garbage', 'cut', 'silent-close', 'duplicate', 'refuse'] as const)(
    'whose %s strikes a read ends it in time, and the next conversation is fine',
    async (kind) => {
      const terminal = await start({ users: 50 });
      const conversation = await talkTo(terminal, 300);
      terminal.faults.add({ kind, command: 1503, times: 1 });
      const read = await readSet(conversation, 'users').catch((error: unknown) => error);
      expect(Buffer.isBuffer(read) || isZkError(read)).toBe(true);
      expect(Buffer.isBuffer(read)).toBe(kind === 'duplicate');
      conversation.destroy();
      terminal.faults.clear();
      expect((await readSet(await talkTo(terminal), 'users')).length).toBe(50 * 72);
    },
  );

  test('that hears the wrong key is an auth error', async () => {
    const terminal = await start({ commKey: 5 });
    const opening = Conversation.open({
      host: terminal.host,
      port: terminal.port,
      transport: 'tcp',
      commKey: 6,
      timeoutMs: 1000,
    });
    await expect(opening).rejects.toMatchObject({ code: 'auth' });
    await terminal.until(({ connections }) => connections.call(terminal) === 0);
  });
});

test('a thousand conversations leave nothing behind', async () => {
  const terminal = await start({ users: 1 });
  const resources = () =>
    process.getActiveResourcesInfo().filter((name) => /Timeout|TCP|UDP/.test(name)).length;
  const before = resources();
  for (let round = 0; round < 1000; round++) {
    const conversation = await Conversation.open({
      host: terminal.host,
      port: terminal.port,
      transport: 'tcp',
      commKey: 0,
      timeoutMs: 5000,
    });
    if (round % 3 === 0) await conversation.close();
    else {
      const counters = readCounters(conversation).catch((error: unknown) => error);
      if (round % 3 === 1) conversation.destroy();
      await counters;
      conversation.destroy();
    }
  }
  await terminal.until(({ connections }) => connections.call(terminal) === 0);
  await expect.poll(resources).toBeLessThanOrEqual(before + 1);
});
