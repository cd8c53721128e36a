import { describe, expect, it } from 'vitest';
import { benchOfEachTest, codeOf, create, jobOf, nothingMore, remove, update } from './testing/bench.ts';

const start = benchOfEachTest();

describe('writing users', () => {
  it('creates a user under the next uid, verified by the counters, and leaves the terminal enabled', async () => {
    const { simulated, terminal } = await start({ users: 69 });
    await terminal.write([create('900000')], nothingMore);
    const job = create('900001', 'José Ñandú', { password: '4321', privilege: 14, card: 4_000_000_000 });
    await terminal.write([job], nothingMore);
    expect(job.result).toMatchObject({ status: 'ok', verified: 'counters' });
    const user = simulated.users().find(({ userId }) => userId === '900001');
    expect(user).toMatchObject({
      uid: 71,
      name: 'José Ñandú',
      password: '4321',
      privilege: 14,
      card: 4_000_000_000,
    });
    expect(simulated.enabled).toBe(true);
    expect(simulated.violations).toEqual([]);
    expect(job.events).toEqual(['started', 'written', 'settled']);
  });

  it('changes the bytes it was asked to change and no others', async () => {
    const { simulated, terminal } = await start({ users: 12 });
    const before = simulated.users()[4]!;
    const job = update(before.userId, { card: 77 });
    await terminal.write([job], nothingMore);
    expect(codeOf(job)).toBe('ok');
    const after = simulated.users()[4]!;
    expect(after.card).toBe(77);
    const masked = Buffer.from(after.raw);
    before.raw.copy(masked, 35, 35, 39);
    expect(masked).toEqual(before.raw);
  });

  it('deletes by the uid that the badge has now', async () => {
    const { simulated, terminal } = await start({ users: 4 });
    await terminal.write([create('900000')], nothingMore);
    const victim = simulated.users()[2]!;
    const job = remove(victim.userId);
    await terminal.write([job], nothingMore);
    expect(job.result).toMatchObject({
      status: 'ok',
      verified: 'counters',
      data: { user_id: victim.userId },
    });
    expect(simulated.users().map(({ userId }) => userId)).not.toContain(victim.userId);
    expect(simulated.users()).toHaveLength(4);
  });

  it('serves what waits together in one locked window', async () => {
    const { simulated, terminal } = await start({ users: 3 });
    const jobs = Array.from({ length: 20 }, (_, index) => create(`8000${index}`));
    await terminal.write(jobs, nothingMore);
    expect(jobs.map(codeOf)).toEqual(Array(20).fill('ok'));
    expect(new Set(simulated.users().map(({ uid }) => uid)).size).toBe(23);
    expect(simulated.disabledStretches).toHaveLength(1);
    expect(simulated.log.filter(({ command }) => command === 1013)).toHaveLength(1);
  });

  it('gives one create and nine conflicts when ten want the same badge', async () => {
    const { simulated, terminal } = await start({ users: 3 });
    const jobs = Array.from({ length: 10 }, () => create('555'));
    await terminal.write(jobs, nothingMore);
    expect(jobs.map(codeOf).sort()).toEqual(['ok', ...Array(9).fill('user_exists')]);
    expect(simulated.users().filter(({ userId }) => userId === '555')).toHaveLength(1);
  });

  it('reads the table again when somebody was enrolled at the keypad, so the new uid is free', async () => {
    const { simulated, terminal } = await start({ users: 3 });
    await terminal.write([create('101')], nothingMore);
    const atKeypad = simulated.keypad.addUser({ userId: '202', name: 'Keypad' });
    const job = create('303');
    await terminal.write([job], nothingMore);
    expect(codeOf(job)).toBe('ok');
    const uids = simulated.users().map(({ userId, uid }) => [userId, uid]);
    expect(uids).toContainEqual(['202', atKeypad]);
    expect(uids).toContainEqual(['303', atKeypad + 1]);
  });

  it('starts over when somebody is enrolled between the read and the disabling', async () => {
    const { simulated, terminal } = await start({ users: 3 });
    await terminal.roster();
    let enrolled = 0;
    const job = create('404');
    simulated.faults.add({ kind: 'delay', command: 1003, times: 1, ms: 120 });
    const waiting = simulated
      .until((at) => at.log.some(({ command }) => command === 1003))
      .then(() => {
        enrolled = simulated.keypad.addUser({ userId: '777', name: 'Just now' });
      });
    await Promise.all([terminal.write([job], nothingMore), waiting]);
    expect(codeOf(job)).toBe('ok');
    const users = simulated.users();
    expect(users.find(({ userId }) => userId === '777')?.uid).toBe(enrolled);
    expect(users.find(({ userId }) => userId === '404')?.uid).toBe(enrolled + 1);
  });

  it('answers a wish that changes nothing without disabling the terminal', async () => {
    const { simulated, terminal } = await start({ users: 3 });
    const { userId, name } = simulated.users()[0]!;
    const [same, empty, missing, taken] = [
      update(userId, { name }),
      update(userId, {}),
      remove('999'),
      create(userId),
    ];
    await terminal.write([same, empty, missing, taken], nothingMore);
    expect([same, empty, missing, taken].map(codeOf)).toEqual(['ok', 'ok', 'user_not_found', 'user_exists']);
    expect(simulated.disabledStretches).toEqual([]);
  });

  it.each([
    ['name', { name: 'x'.repeat(25) }],
    ['password', { name: 'Ana', password: '123456789' }],
    ['card', { name: 'Ana', card: 4_294_967_296 }],
  ])('refuses a %s beyond what the terminal can hold', async (field, fields) => {
    const { terminal, simulated } = await start({ users: 1 });
    const job = jobOf({ op: 'user.put', args: { mode: 'create', user_id: '5', fields } });
    await terminal.write([job], nothingMore);
    expect(job.result).toMatchObject({
      status: 'error',
      error: { code: 'limit_exceeded', params: { field } },
    });
    expect(simulated.users()).toHaveLength(1);
  });

  it('reads the update back where no counter shows it', async () => {
    const { terminal, simulated } = await start({ users: 9, oplogCountsWrites: false });
    const { userId } = simulated.users()[1]!;
    const job = update(userId, { name: 'Otro' });
    await terminal.write([job], nothingMore);
    expect(job.result).toMatchObject({ status: 'ok', verified: 'readback' });
  });

  it.each([2001, 65535, 65533])(
    'goes by the table itself where the counters are refused with %i',
    async (reply) => {
      const { terminal, simulated } = await start({ users: 9 });
      simulated.faults.add({ kind: 'refuse', command: 50, reply });
      const [first, second] = [create('505'), update(simulated.users()[1]!.userId, { card: 77 })];
      await terminal.write([first], nothingMore);
      await terminal.write([second], nothingMore);
      for (const { result } of [first, second]) {
        expect(result).toMatchObject({ status: 'ok', verified: 'readback' });
      }
      expect(simulated.violations).toEqual([]);
      expect(simulated.enabled).toBe(true);
    },
  );

  it.each(['refused', 'ignored', 'honoured'] as const)(
    'works where the timed disable is %s',
    async (timedDisable) => {
      const { terminal, simulated } = await start({ users: 9, timedDisable });
      const [one, two] = [create('601'), create('602')];
      await terminal.write([one], nothingMore);
      await terminal.write([two], nothingMore);
      expect([one, two].map(codeOf)).toEqual(['ok', 'ok']);
      expect(simulated.enabled).toBe(true);
      expect(simulated.violations).toEqual([]);
    },
  );

  it.each(['none', 'zeroRecords', 'short'] as const)(
    'never overwrites anybody where counters are %s',
    async (counters) => {
      const { terminal, simulated } = await start({ users: 9, counters });
      await terminal.write([create('701')], nothingMore);
      simulated.keypad.addUser({ userId: '702', name: 'Keypad' });
      const job = create('703');
      await terminal.write([job], nothingMore);
      expect(codeOf(job)).toBe('ok');
      expect(simulated.users().map(({ userId }) => userId)).toEqual(
        expect.arrayContaining(['701', '702', '703']),
      );
    },
  );

  it.each([
    [{ width: 28 as const, users: 30 }, ''],
    [{ transport: 'udp' as const, users: 30 }, ''],
    [{ width: 28 as const, transport: 'udp' as const, users: 30 }, ''],
    [{ commKey: 1234, users: 30 }, 'comm_key: 1234'],
    [{ alwaysAskKey: true, users: 30 }, ''],
    [{ users: 30, split: { min: 1, max: 7 }, eventsBetween: true }, ''],
    [{ users: 2000, join: true }, ''],
    [{ users: 0 }, ''],
    [{ users: 30 }, 'roster: strict'],
  ])('creates, changes and deletes on a terminal with %j %s', async (settings, device) => {
    const { terminal, simulated } = await start(settings, device);
    const [made, changed, gone] = [create('321', 'Eva'), update('321', { card: 9 }), remove('321')];
    const others = simulated.rawUsers();
    await terminal.write([made], nothingMore);
    await terminal.write([changed], nothingMore);
    expect([made, changed].map(codeOf)).toEqual(['ok', 'ok']);
    expect(simulated.users().find(({ userId }) => userId === '321')).toMatchObject({ name: 'Eva', card: 9 });
    await terminal.write([gone], nothingMore);
    expect(codeOf(gone)).toBe('ok');
    expect(simulated.rawUsers()).toEqual(others);
    expect(simulated.violations).toEqual([]);
  });
});
