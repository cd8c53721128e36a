import { describe, expect, it } from 'vitest';
import { Command } from '../../zk/commands.ts';
import { benchOfEachTest, codeOf, create, doubtful, nothingMore, update } from '../testing/bench.ts';

const start = benchOfEachTest();

describe('when the line breaks', () => {
  it.each(['before-effect', 'after-effect'] as const)(
    'settles a write that was cut %s by looking',
    async (when) => {
      const { terminal, simulated } = await start({ users: 9 });
      simulated.faults.add({ kind: 'cut', command: 8, times: 1, when });
      const job = create('801');
      await terminal.write([job], nothingMore);
      expect(codeOf(job)).toBe('ok');
      expect(simulated.users().filter(({ userId }) => userId === '801')).toHaveLength(1);
      expect(simulated.enabled).toBe(true);
    },
  );

  it('says applied: no when nothing of it is there and the time is over', async () => {
    const { terminal, simulated } = await start({ users: 9 });
    simulated.faults.add({ kind: 'cut', command: 8, times: 1, when: 'before-effect' });
    let left = 10_000;
    const job = create('802', 'Ana', {}, { timeLeft: () => left });
    const cut = simulated
      .until((at) => at.log.some(({ command }) => command === 8))
      .then(() => {
        left = -1;
      });
    await Promise.all([terminal.write([job], nothingMore), cut]);
    expect(job.result).toMatchObject({ status: 'expired', error: { applied: 'no' } });
    expect(simulated.users()).toHaveLength(9);
  });

  it('leaves no answer at all while the terminal cannot be looked at, and settles when it can', async () => {
    const { terminal, simulated, noted } = await start({ users: 9 });
    const job = create('803');
    await terminal.roster();
    simulated.faults.add({ kind: 'apply-without-ack', command: 8, times: 1 });
    const deaf = simulated.faults.add({ kind: 'cut', command: 1000 });
    await terminal.write([job], nothingMore);
    expect(job.result).toBeNull();
    expect(terminal.repairDueIn).toBe(0);
    expect(noted()).toBe(true);
    deaf();
    await terminal.repair();
    expect(job.result).toMatchObject({ status: 'ok', verified: 'readback' });
    expect(simulated.enabled).toBe(true);
    expect(noted()).toBe(false);
  });

  it('fails what had not begun, and says so, when the terminal does not answer', async () => {
    const { terminal, simulated } = await start({ users: 9 });
    await simulated.stop();
    const job = create('804');
    await terminal.write([job], nothingMore);
    expect(job.result).toMatchObject({ error: { code: 'device_port_closed', applied: 'no' } });
  });

  it('tells a terminal that hangs up from one that is silent, also if it hangs up only at the first question', async () => {
    const { terminal, simulated } = await start({ users: 3 });
    const end = simulated.faults.add({ kind: 'silent-close', command: Command.readOption });
    await expect(terminal.roster()).rejects.toMatchObject({ code: 'device_hung_up', applied: 'no' });
    end();
    simulated.faults.add({ kind: 'silent-close', command: Command.readOption, times: 1 });
    expect((await terminal.roster()).size).toBe(3);
  });

  it('does not overwrite a stranger who took the uid while the agent was away', async () => {
    const { terminal, simulated } = await start({ users: 9 });
    const stranger = simulated.keypad.addUser({ userId: '806', name: 'Keypad' });
    const job = create('805');
    terminal.adopt([doubtful(job, { uid: stranger, preimage: null })]);
    await terminal.repair();
    expect(job.result).toMatchObject({ error: { code: 'conflict', applied: 'no' } });
    expect(simulated.users().find(({ uid }) => uid === stranger)).toMatchObject({ userId: '806' });
  });

  it('looks what became of a write before it enables the keypad', async () => {
    const { terminal, simulated } = await start({ users: 9 });
    simulated.faults.add({ kind: 'cut', command: 8, when: 'after-effect', times: 1 });
    const job = create('807', 'Ana');
    const writing = terminal.write([job], nothingMore);
    await simulated.until((at) => !at.enabled);
    const typed = simulated.keypad.whenUnlocked((keypad) => keypad.editUser('807', { name: 'Anita' }));
    await Promise.all([writing, typed]);
    expect(job.result).toMatchObject({ status: 'ok' });
    expect(simulated.users().at(-1)).toMatchObject({ userId: '807', name: 'Anita' });
  });

  it('enables a terminal first if the last look at it did not finish', async () => {
    const { terminal, simulated, noted } = await start({ users: 9 }, '', 200);
    // From here on the counters prove what has not changed, and the next write reads nothing before it.
    await terminal.write([create('806')], nothingMore);
    simulated.faults.add({ kind: 'cut', command: 8, when: 'after-effect', times: 1 });
    const job = create('808');
    const writing = terminal.write([job], nothingMore);
    await simulated.until((at) => !at.enabled);
    simulated.faults.add({ kind: 'drop', command: 1503, times: 1 });
    await writing;
    expect(job.result).toMatchObject({ status: 'ok' });
    const commands = simulated.log.map(({ command }) => command);
    const afterwards = commands
      .slice(commands.lastIndexOf(8) + 1)
      .filter((each) => each === 1503 || each === 1002);
    expect(afterwards).toEqual([1503, 1002, 1503]);
    expect(noted()).toBe(false);
  });

  it('tells the terminal to refresh what a cut conversation has written', async () => {
    const { terminal, simulated } = await start({ users: 9 });
    simulated.faults.add({ kind: 'cut', command: 1013, when: 'before-effect', times: 1 });
    const job = create('810');
    await terminal.write([job], nothingMore);
    await terminal.close();
    expect(job.result).toMatchObject({ status: 'ok' });
    expect(simulated.state.refreshPending).toBe(false);
    expect(simulated.violations).toEqual([]);
  });

  it('says that the disk is full, not that the terminal does not answer, where the disabling cannot be noted', async () => {
    const { terminal, simulated, fillDisk } = await start({ users: 9 });
    fillDisk();
    const job = create('811');
    await terminal.write([job], nothingMore);
    expect(job.result).toMatchObject({ error: { code: 'agent_storage', applied: 'no' } });
    expect(simulated.log.some(({ command }) => command === 1003 || command === 8)).toBe(false);
  });

  it('recognises a user that it wrote by the fields that nobody has changed since', async () => {
    const { terminal, simulated } = await start({ users: 9 });
    const uid = simulated.keypad.addUser({ userId: '809', name: 'Anita', card: 77 });
    const job = create('809', 'Ana', { card: 77 });
    terminal.adopt([doubtful(job, { uid, preimage: null })]);
    await terminal.repair();
    expect(job.result).toMatchObject({ status: 'ok' });
  });

  it.each([
    [true, 'ok'],
    [false, 'conflict'],
  ])(
    'takes a user of its badge and uid for its own where the write was acknowledged: %s',
    async (acknowledged, code) => {
      const { terminal, simulated } = await start({ users: 9 });
      const uid = simulated.keypad.addUser({ userId: '812', name: 'Anita' });
      const job = create('812', 'Ana');
      terminal.adopt([doubtful(job, { uid, preimage: null, acknowledged })]);
      await terminal.repair();
      expect(codeOf(job)).toBe(code);
      expect(simulated.users().at(-1)).toMatchObject({ userId: '812', name: 'Anita' });
    },
  );

  it.each([true, false])(
    'does not take what somebody has edited for a change of which a part is not there: acknowledged %s',
    async (acknowledged) => {
      const { terminal, simulated } = await start({ users: 9 });
      const { userId, uid, raw: preimage } = simulated.users()[4]!;
      // The terminal had said that it was written, and has not kept it.
      simulated.keypad.editUser(userId, { name: 'Anita' });
      const job = update(userId, { name: 'Ana', card: 78 });
      terminal.adopt([doubtful(job, { uid, preimage, acknowledged })]);
      await terminal.repair();
      expect(codeOf(job)).toBe('ok');
      expect(simulated.users()[4]).toMatchObject({ name: 'Ana', card: 78 });
    },
  );

  it.each([
    [true, 'Anita'],
    [false, 'Ana'],
  ])('leaves what was edited since a change that was acknowledged: %s', async (acknowledged, name) => {
    const { terminal, simulated } = await start({ users: 9 });
    const { userId, uid, raw: preimage } = simulated.users()[4]!;
    simulated.keypad.editUser(userId, { name: 'Anita' });
    const job = update(userId, { name: 'Ana' });
    terminal.adopt([doubtful(job, { uid, preimage, acknowledged })]);
    await terminal.repair();
    expect(codeOf(job)).toBe('ok');
    expect(simulated.users()[4]).toMatchObject({ name });
  });
});
