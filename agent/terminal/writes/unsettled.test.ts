import { describe, expect, it } from 'vitest';
import { Command } from '../../zk/commands.ts';
import {
  benchOfEachTest,
  codeOf,
  create,
  doubtful,
  jobOf,
  nothingMore,
  remove,
  update,
} from '../testing/bench.ts';
import { encodeUndoCopy } from './undo-copy.ts';

const start = benchOfEachTest();
const ping = async () => 'answered';

describe('while a write in doubt cannot be settled', () => {
  it.each(['garbage', 'cut', 'drop', 'refuse'] as const)(
    'questions that need no table are answered by a terminal that gives no table (%s)',
    async (kind) => {
      const { terminal, simulated } = await start({ users: 9 }, '', 150);
      const job = create('801');
      const heal = simulated.faults.add({ kind, command: Command.prepareRead });
      terminal.adopt([doubtful(job, { uid: 10, preimage: null })]);
      expect(await terminal.read(ping)).toBe('answered');
      expect(await terminal.read(ping)).toBe('answered');
      expect(job.result).toBeNull();
      expect(terminal.repairDueIn).toBe(0);
      heal();
      await terminal.repair();
      expect(codeOf(job)).toBe('ok');
      expect(terminal.repairDueIn).toBeNull();
    },
  );

  it('questions are answered by a terminal that was left disabled, which is enabled first', async () => {
    const { terminal, simulated, noted } = await start({ users: 9 }, '', 150);
    const job = create('801');
    await terminal.roster();
    const heal = simulated.faults.add({ kind: 'cut', command: Command.writeUser });
    await terminal.write([job], nothingMore);
    heal();
    simulated.faults.add({ kind: 'garbage', command: Command.prepareRead });
    expect(await terminal.read(ping)).toBe('answered');
    expect(simulated.enabled).toBe(true);
    expect(noted()).toBe(false);
  });

  it('questions are answered by a terminal that refuses to be enabled, and writes are not begun', async () => {
    const { terminal, simulated, noted } = await start({ users: 9 });
    const heal = simulated.faults.add({ kind: 'refuse', command: Command.enable });
    const first = create('801');
    await terminal.write([first], nothingMore);
    expect([codeOf(first), noted()]).toEqual(['ok', true]);
    expect((await terminal.roster()).size).toBe(10);
    const second = create('802');
    await terminal.write([second], nothingMore);
    expect(second.result).toMatchObject({ error: { code: 'device_refused', applied: 'no' } });
    expect([noted(), simulated.users().length]).toEqual([true, 10]);
    heal();
    await terminal.repair();
    expect([noted(), simulated.enabled]).toEqual([false, true]);
  });

  it('users are listed though the terminal hangs up at the write each time it is run again', async () => {
    const { terminal, simulated } = await start({ users: 9 }, '', 150);
    const { userId, uid, raw } = simulated.users()[4]!;
    simulated.faults.add({ kind: 'cut', command: Command.writeUser });
    terminal.adopt([doubtful(update(userId, { name: 'Otra' }), { uid, preimage: raw })]);
    expect((await terminal.roster()).size).toBe(9);
  });

  it('its own questions do not wait for it again and again', async () => {
    const { terminal, simulated } = await start({ users: 9 }, '', 150);
    terminal.adopt([doubtful(create('801'), { uid: 10, preimage: null })]);
    simulated.faults.add({ kind: 'refuse', command: Command.prepareRead });
    await terminal.read(ping);
    const asked = simulated.log.length;
    await terminal.read(ping);
    expect(simulated.log.slice(asked).map(({ command }) => command)).not.toContain(Command.prepareRead);
  });

  it('a restore whose copy cannot be read fails with an error, and holds up nobody', async () => {
    const { terminal, simulated } = await start({ users: 9 });
    const { userId, uid } = simulated.users()[4]!;
    const copy = () => Buffer.from('{"form":2}');
    const back = jobOf({ op: 'user.restore', args: { user_id: userId }, copy });
    terminal.adopt([doubtful(back, { uid, preimage: null })]);
    const job = create('801');
    await terminal.write([job], nothingMore);
    expect([back, job].map(codeOf)).toEqual(['internal', 'ok']);
  });

  it.each(['silent-close', 'garbage', 'drop'] as const)(
    'a restore whose finger ends every conversation (%s) is told in the end, and holds up nobody',
    async (kind) => {
      const { terminal, simulated } = await start({ users: 9 }, '', 150);
      const { userId, uid, raw } = simulated.users()[4]!;
      const finger = { finger: 2, flag: 1, template: Buffer.alloc(500, 7) };
      const copy = () => encodeUndoCopy({ width: 72, raw, fingers: [finger] });
      const back = jobOf({ op: 'user.restore', args: { user_id: userId }, copy });
      simulated.faults.add({ kind, command: Command.writeTemplate });
      terminal.adopt([doubtful(back, { uid, preimage: null })]);
      expect((await terminal.roster()).size).toBe(9);
      while (terminal.repairDueIn === 0) await terminal.repair().catch(() => undefined);
      expect(back.result).toMatchObject({ error: { code: 'not_verified', applied: 'partial' } });
      const gone = remove(userId);
      await terminal.write([gone], nothingMore);
      expect(codeOf(gone)).toBe('ok');
      expect(simulated.enabled).toBe(true);
    },
  );
});
