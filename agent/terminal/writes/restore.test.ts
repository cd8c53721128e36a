import { describe, expect, it } from 'vitest';
import { codeOf, create, doubtful, nothingMore } from '../testing/bench.ts';
import { FINGERS, seeded, undoBenchOfEachTest } from '../testing/undo-bench.ts';
import { decodeUndoCopy, encodeUndoCopy } from './undo-copy.ts';

const { start, templatesOf } = undoBenchOfEachTest();

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
    expect(back.result).toMatchObject({ status: 'ok', data: { user_id: '1001', fingers: 2 } });
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
    expect(back.result).toMatchObject({ status: 'ok', verified: 'readback', data: { fingers: 2 } });
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
    expect(back.result).toMatchObject({ status: 'ok', data: { fingers: 1 } });
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
    expect(back.result).toMatchObject({ status: 'ok', data: { fingers: 2 } });
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
        templates: [...FINGERS, { userId: '1001', finger: 3, flag: 1, template: Buffer.alloc(0) }],
      });
      await terminal.write([remove('1001')], nothingMore);
      const back = restore('1001');
      await terminal.write([back], nothingMore);
      expect(back.result).toMatchObject({ status: 'ok', data: { fingers: 2 } });
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
    expect(back.result).toMatchObject({ status: 'ok', data: { fingers: 2 } });
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
    expect(back.result).toMatchObject({ status: 'ok', data: { user_id: '1001', fingers: 2 } });
    expect(templatesOf(11)).toEqual(fingersBefore);
    expect(copies.size).toBe(1);
  });

  it('leaves alone whoever took the user_id or uid while the agent was away', async () => {
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
      templates: FINGERS.slice(0, 2),
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
