import { afterEach, describe, expect, it } from 'vitest';
import { SerenoError } from '../../../shared/errors.ts';
import type { TerminalSettings } from '../../../test/terminal/terminal.ts';
import { type Bench, codeOf, create, doubtful, jobOf, nothingMore, startBench } from '../testing/bench.ts';
import { decodeUndoCopy, encodeUndoCopy, type UndoCopy } from './undo-copy.ts';

let bench: Bench;
afterEach(() => bench?.stop());

const fingers = [
  { userId: '1001', finger: 1, flag: 1, template: Buffer.alloc(700, 1) },
  { userId: '1001', finger: 6, flag: 3, template: Buffer.alloc(1100, 2) },
  { userId: '1002', finger: 1, flag: 1, template: Buffer.alloc(800, 3) },
];
const seeded = (...userIds: string[]) =>
  userIds.map((userId, index) => ({ uid: 11 + index, userId, name: `N${userId}`, password: '77', group: 4 }));

async function start(settings: TerminalSettings = {}, device = '') {
  bench = await startBench(
    { users: seeded('1001', '1002', '1003'), templates: fingers, ...settings },
    device,
  );
  const copies = new Map<string, Buffer>();
  const remove = (user_id: string) =>
    jobOf(
      { op: 'user.delete', args: { user_id } },
      { keep: (copy) => void copies.set(user_id, encodeUndoCopy(copy)) },
    );
  const restore = (user_id: string, options: { timeLeft?: () => number } = {}) => {
    const copy = (): UndoCopy => {
      const bytes = copies.get(user_id);
      if (bytes === undefined) throw new SerenoError('undo_not_found', { params: { user_id } });
      return decodeUndoCopy(bytes);
    };
    return jobOf({ op: 'user.restore', args: { user_id }, copy }, options);
  };
  return { ...bench, copies, remove, restore };
}

const asked = (command: number) =>
  bench.simulated.log.filter((request) => request.command === command).length;
/** How often a whole table was asked for. */
const askedOf = (table: 'users' | 'templates') =>
  bench.simulated.log.filter(
    ({ command, data }) => command === 1503 && data.readUInt16LE(1) === (table === 'users' ? 9 : 7),
  ).length;
const templatesOf = (uid: number) =>
  bench.simulated
    .templates()
    .filter((template) => template.uid === uid)
    .sort((a, b) => a.finger - b.finger);

describe('restoring a user', () => {
  it.each([
    [{}, ''],
    [{ width: 28 as const }, ''],
    [{ width: 28 as const, transport: 'udp' as const }, ''],
    [{ transport: 'udp' as const }, ''],
    [{ commKey: 99, timedDisable: 'refused' as const }, 'comm_key: 99'],
    [{ split: { min: 1, max: 7 }, eventsBetween: true }, ''],
    [{}, 'roster: strict'],
  ])('brings back every byte of the record and every finger, on %j %s', async (settings, device) => {
    const { simulated, terminal, remove, restore } = await start(settings, device);
    const before = { users: simulated.rawUsers(), fingers: templatesOf(11) };
    const gone = remove('1001');
    await terminal.write([gone], nothingMore);
    expect(codeOf(gone)).toBe('ok');
    expect(templatesOf(11)).toEqual([]);
    const back = restore('1001');
    await terminal.write([back], nothingMore);
    expect(back.outcome).toMatchObject({ status: 'ok', data: { user_id: '1001', fingers: 2 } });
    expect(back.events).toEqual(['started', 'written', 'settled']);
    expect(simulated.rawUsers().sort(Buffer.compare)).toEqual(before.users.sort(Buffer.compare));
    expect(templatesOf(11)).toEqual(before.fingers);
    expect(simulated.enabled).toBe(true);
    expect(simulated.violations).toEqual([]);
  });

  it('works without counters, though single answers do not tell a duress finger', async () => {
    const { simulated, terminal, remove, restore } = await start({ counters: 'none' });
    await terminal.write([remove('1001')], nothingMore);
    const back = restore('1001');
    await terminal.write([back], nothingMore);
    expect(back.outcome).toMatchObject({ status: 'ok', verified: 'readback', data: { fingers: 2 } });
    expect(templatesOf(11).map(({ finger, template }) => [finger, template.length])).toEqual([
      [1, 700],
      [6, 1100],
    ]);
    expect(simulated.violations).toEqual([]);
  });

  it('takes the next free uid where somebody has the old one', async () => {
    const { simulated, terminal, remove, restore } = await start();
    const gone = simulated.users().find(({ userId }) => userId === '1003')!;
    await terminal.write([remove('1003')], nothingMore);
    expect(simulated.keypad.addUser({ userId: '555' })).toBe(gone.uid);
    const back = restore('1003');
    await terminal.write([back], nothingMore);
    expect(codeOf(back)).toBe('ok');
    const found = simulated.users().find(({ userId }) => userId === '1003')!;
    expect(found.uid).toBe(gone.uid + 1);
    expect(found.raw.subarray(2)).toEqual(gone.raw.subarray(2));
    expect(simulated.users().find(({ userId }) => userId === '555')?.uid).toBe(gone.uid);
  });

  it('refuses where somebody has the user_id, and where nothing was kept, without disabling anything', async () => {
    const { simulated, terminal, remove, restore } = await start();
    await terminal.write([remove('1003')], nothingMore);
    await terminal.write([create('1003', 'N1003', { password: '77' })], nothingMore);
    const before = simulated.disabledStretches.length;
    const [taken, unknown] = [restore('1003'), restore('404')];
    await terminal.write([taken, unknown], nothingMore);
    expect([taken, unknown].map(codeOf)).toEqual(['user_exists', 'undo_not_found']);
    expect(simulated.disabledStretches).toHaveLength(before);
  });

  it('refuses a copy of another kind of terminal', async () => {
    const { terminal, copies, restore } = await start();
    copies.set('9', encodeUndoCopy({ width: 28, raw: Buffer.alloc(28), fingers: [] }));
    const back = restore('9');
    await terminal.write([back], nothingMore);
    expect(codeOf(back)).toBe('unsupported');
  });

  it('counts the fingers that are back where the terminal refuses one', async () => {
    const { simulated, terminal, remove, restore } = await start();
    await terminal.write([remove('1001')], nothingMore);
    simulated.faults.add({ kind: 'refuse', command: 87, times: 1 });
    const back = restore('1001');
    await terminal.write([back], nothingMore);
    expect(back.outcome).toMatchObject({ status: 'ok', data: { fingers: 1 } });
    expect(simulated.enabled).toBe(true);
  });

  it.each([
    [8, 'before-effect'],
    [8, 'after-effect'],
    [1500, 'after-effect'],
    [87, 'before-effect'],
    [87, 'after-effect'],
    [1013, 'after-effect'],
    [1002, 'before-effect'],
    [88, 'before-effect'],
  ] as const)('goes on where it was when the line breaks at %s (%s)', async (command, when) => {
    const { simulated, terminal, remove, restore } = await start();
    const before = { users: simulated.rawUsers(), fingers: templatesOf(11) };
    await terminal.write([remove('1001')], nothingMore);
    simulated.faults.add({ kind: 'cut', command, times: 1, when });
    const back = restore('1001');
    await terminal.write([back], nothingMore);
    expect(back.outcome).toMatchObject({ status: 'ok', data: { fingers: 2 } });
    expect(simulated.rawUsers().sort(Buffer.compare)).toEqual(before.users.sort(Buffer.compare));
    expect(templatesOf(11)).toEqual(before.fingers);
    expect(simulated.enabled).toBe(true);
  });

  it.each([
    ['ok', {}],
    ['none', { counters: 'none' as const }],
  ])(
    'leaves out a finger of which the terminal has no bytes, its counters being %s',
    async (_what, settings) => {
      const { simulated, terminal, remove, restore } = await start({
        ...settings,
        templates: [...fingers, { userId: '1001', finger: 3, flag: 1, template: Buffer.alloc(0) }],
      });
      await terminal.write([remove('1001')], nothingMore);
      const back = restore('1001');
      await terminal.write([back], nothingMore);
      expect(back.outcome).toMatchObject({ status: 'ok', data: { fingers: 2 } });
      expect((await terminal.roster()).size).toBe(3);
      expect(simulated.enabled).toBe(true);
    },
  );

  it('leaves out a finger of a copy that no terminal takes', async () => {
    const { simulated, terminal, copies, remove, restore } = await start();
    await terminal.write([remove('1001')], nothingMore);
    const copy = decodeUndoCopy(copies.get('1001')!);
    const empty = { finger: 9, flag: 1, template: Buffer.alloc(0) };
    copies.set('1001', encodeUndoCopy({ ...copy, fingers: [empty, ...copy.fingers] }));
    const back = restore('1001');
    await terminal.write([back], nothingMore);
    expect(back.outcome).toMatchObject({ status: 'ok', data: { fingers: 2 } });
    expect(simulated.enabled).toBe(true);
    expect(terminal.repairDueIn).toBeNull();
  });

  it('is finished by the next agent after a crash between record and fingers', async () => {
    const { simulated, terminal, copies, remove, restore } = await start();
    const fingersBefore = templatesOf(11);
    const [record] = simulated.rawUsers();
    await terminal.write([remove('1001')], nothingMore);
    simulated.state.putUser(record!, 'protocol');
    const back = restore('1001', { timeLeft: () => -1 });
    terminal.adopt([doubtful(back, { uid: 11, preimage: null })]);
    await terminal.repair();
    expect(back.outcome).toMatchObject({ status: 'ok', data: { user_id: '1001', fingers: 2 } });
    expect(templatesOf(11)).toEqual(fingersBefore);
    expect(copies.size).toBe(1);
  });

  it('touches nobody who took user_id or uid while the agent was away', async () => {
    const { simulated, terminal, remove, restore } = await start();
    await terminal.write([remove('1003')], nothingMore);
    const stranger = simulated.keypad.addUser({ userId: '1003', name: 'Stranger' });
    const back = restore('1003');
    terminal.adopt([doubtful(back, { uid: stranger, preimage: null })]);
    await terminal.repair();
    expect(codeOf(back)).toBe('conflict');
    expect(simulated.users().find(({ uid }) => uid === stranger)?.name).toBe('Stranger');
  });
});

describe('restoring fingers', () => {
  it('gives none to somebody who took the uid between two of them', async () => {
    const { simulated, terminal, remove, restore } = await start({
      users: [{ uid: 10, userId: '1000' }, ...seeded('1001')],
      templates: fingers.slice(0, 2),
    });
    await terminal.write([remove('1001')], nothingMore);
    const back = restore('1001');
    const writing = terminal.write([back], nothingMore);
    await simulated.until((at) => at.templates().length === 1);
    await simulated.keypad.whenUnlocked((keypad) => {
      keypad.deleteUser('1001');
      keypad.addUser({ userId: '5555', name: 'Otra' });
    });
    await writing;
    expect(simulated.users().map(({ uid, userId }) => `${uid}:${userId}`)).toContain('11:5555');
    expect(simulated.templates()).toEqual([]);
    expect(codeOf(back)).not.toBe('ok');
    expect(simulated.enabled).toBe(true);
  });
});

describe('keeping what a delete takes away', () => {
  it('asks for all fingers at one go where the terminal says that it has none', async () => {
    const { terminal, remove, copies } = await start({ templates: 0 });
    await terminal.write([remove('1001')], nothingMore);
    expect(decodeUndoCopy(copies.get('1001')!).fingers).toEqual([]);
    expect(asked(88)).toBe(0);
    expect(askedOf('templates')).toBe(1);
  });

  it('reads fingers while the terminal is still enabled', async () => {
    const { simulated, terminal, remove, copies } = await start();
    await terminal.roster();
    simulated.faults.add({ kind: 'delay', command: 1503, ms: 200, times: 1 });
    await terminal.write([remove('1001')], nothingMore);
    expect(decodeUndoCopy(copies.get('1001')!).fingers).toHaveLength(2);
    const [stretch] = simulated.disabledStretches;
    expect(stretch!.to! - stretch!.from).toBeLessThan(200);
  });

  it('reads the fingers of many at one go', async () => {
    const { terminal, remove, copies } = await start();
    await terminal.write(['1001', '1002', '1003'].map(remove), nothingMore);
    expect([...copies.values()].map((bytes) => decodeUndoCopy(bytes).fingers.length)).toEqual([2, 1, 0]);
    expect(askedOf('templates')).toBe(1);
    expect(asked(88)).toBe(0);
  });

  it('deletes all the same where the terminal does not give fingers away', async () => {
    const { simulated, terminal, remove, copies } = await start({ counters: 'none' });
    simulated.faults.add({ kind: 'refuse', command: 88, reply: 65_532 });
    const gone = remove('1001');
    await terminal.write([gone], nothingMore);
    expect(codeOf(gone)).toBe('ok');
    expect(decodeUndoCopy(copies.get('1001')!).fingers).toEqual([]);
  });

  it('deletes nobody whose copy could not be stored', async () => {
    const { simulated, terminal } = await start();
    const keep = () => {
      throw new SerenoError('agent_storage', { params: { site: 's' } });
    };
    const gone = jobOf({ op: 'user.delete', args: { user_id: '1001' } }, { keep });
    await terminal.write([gone], nothingMore);
    expect(gone.outcome).toMatchObject({ error: { code: 'agent_storage', applied: 'no' } });
    expect(simulated.users().map(({ userId }) => userId)).toContain('1001');
    expect(gone.events).toEqual(['settled']);
    expect(simulated.enabled).toBe(true);
  });

  it('keeps the order of one user and his successors in one batch', async () => {
    const { simulated, terminal, remove, restore, copies } = await start();
    const jobs = [
      create('2000', 'New'),
      remove('2000'),
      create('2000', 'Newer'),
      remove('1001'),
      restore('1001'),
    ];
    await terminal.write(jobs, nothingMore);
    expect(jobs.map(codeOf)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
    expect(simulated.users().find(({ userId }) => userId === '2000')?.name).toBe('Newer');
    expect(copies.size).toBe(2);
    expect(templatesOf(11)).toHaveLength(2);
  });

  it('keeps nothing where nothing is to be kept', async () => {
    const { terminal } = await start();
    const gone = jobOf({ op: 'user.delete', args: { user_id: '1001', purge: true } });
    await terminal.write([gone], nothingMore);
    expect(codeOf(gone)).toBe('ok');
    expect(asked(88)).toBe(0);
    expect(askedOf('templates')).toBe(0);
  });
});
