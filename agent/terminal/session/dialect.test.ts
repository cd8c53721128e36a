import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { startTerminal, type TerminalSettings } from '../../../test/terminal/terminal.ts';
import { AgentBench } from '../../testing/agent-bench.ts';
import { dialectOf, firstLearnt, type Learnt, parseLearnt } from './dialect.ts';

const learnt = (more: Partial<Learnt> = {}): Learnt => ({
  ...firstLearnt('S1 V1', { pin2Width: '7', abcPin: '0' }, { options: true, asksCommKey: false }),
  ...more,
});

describe('the dialect', () => {
  it('takes widths only where the terminal tells sensible ones', () => {
    for (const [told, width] of [
      ['14', 14],
      ['', null],
      ['0', null],
      ['99', null],
      ['9x', null],
      [null, null],
    ] as const) {
      const manners = { options: true, asksCommKey: false };
      expect(firstLearnt('', { pin2Width: told, abcPin: null }, manners).userIdWidth).toBe(width);
    }
  });

  it("trusts the operator's settings more than what was found out", () => {
    const overrides = {
      user_record: 28,
      user_id_width: 4,
      letters_in_user_id: true,
      counters: false,
    } as const;
    expect(dialectOf(learnt({ userWidth: 72, counters: true }), overrides)).toMatchObject({
      userWidth: 28,
      userIdWidth: 4,
      lettersInUserId: true,
      counters: false,
    });
    expect(dialectOf(learnt(), {})).toMatchObject({ userIdWidth: 7, timedDisable: true, oneClient: true });
    expect(dialectOf(learnt(), { timed_disable: false }).timedDisable).toBe(false);
    expect(dialectOf(learnt({ timedDisable: false }), { timed_disable: true }).timedDisable).toBe(false);
  });

  it('is read back as it was written, and never from a damaged note', () => {
    expect(parseLearnt(JSON.stringify(learnt()))).toEqual(learnt());
    for (const text of [null, '', '{', '{}', '{"identity":1}']) expect(parseLearnt(text)).toBeNull();
  });
});

describe('what an agent has learnt of a terminal', () => {
  const agent = new AgentBench();
  let simulated: Awaited<ReturnType<typeof startTerminal>>;
  afterEach(async () => {
    await agent.stop();
    await simulated.stop();
  });
  afterAll(() => agent.dispose());
  const begin = async (settings: TerminalSettings, more = '') => {
    simulated = await startTerminal({ users: 2, ...settings });
    // The journal is that of the test before, and its terminal was another one.
    const serial = `serial: ${simulated.options.serialNumber}`;
    agent.start(
      `devices: [{id: principal, host: 127.0.0.1, port: ${simulated.port}, timeout: 1, ${serial}${more}}]\n`,
    );
    await agent.run('user.list', 'principal');
  };
  /** Milliseconds until an idle conversation is closed, or null if it is still open after so long. */
  const idleAfter = async (more: string, most = 8000) => {
    await begin({}, more);
    const began = performance.now();
    const closed = simulated
      .until((it) => it.connections() === 0, most)
      .then(
        () => performance.now() - began,
        () => null,
      );
    const result = await closed;
    await agent.stop();
    await simulated.stop();
    return result;
  };
  const optionsAsked = () =>
    simulated.log
      .filter(({ command }) => command === 11)
      .map(({ data }) => data.toString('latin1').slice(0, -1));
  const create = (user_id: string, name = 'Ana') =>
    agent.run('user.put', 'principal', { mode: 'create', user_id, fields: { name } });

  it('is asked for again at every greeting: somebody may have set it at the keypad', async () => {
    await begin({ serialNumber: 'A1', pin2Width: 5 });
    expect(new Set(optionsAsked())).toEqual(new Set(['~SerialNumber', '~PIN2Width', '~IsABCPinEnable']));
    expect(await create('123456')).toMatchObject({ code: 'limit_exceeded' });
    await agent.stop();
    await simulated.stop();
    await begin({ serialNumber: 'A1', pin2Width: 14, letters: true });
    expect(await create('12345678901234')).toMatchObject({ status: 'ok' });
    expect(await create('NB2401')).toMatchObject({ status: 'ok' });
  });

  it('shows in the table what fits, whatever the terminal says of itself', async () => {
    await begin({
      serialNumber: 'A2',
      pin2Width: 14,
      userIdBytes: 24,
      letters: true,
      hiddenOptions: ['~PIN2Width', '~IsABCPinEnable'],
      users: [{ uid: 1, userId: 'NB2401004' }],
    });
    expect(await create('NB2401005')).toMatchObject({ status: 'ok' });
    expect(await create('NB24010051')).toMatchObject({ code: 'limit_exceeded' });
    simulated.keypad.addUser({ userId: '12345678901234' });
    expect(await create('12345678901235')).toMatchObject({ status: 'ok' });
  });

  it('refuses what cannot work before it is queued, while something else holds the terminal up', async () => {
    await begin({ serialNumber: 'C3', pin2Width: 5 });
    const release = simulated.faults.add({ kind: 'stall', command: 201 });
    const stalled = agent.send('device.ping', 'principal', {});
    await simulated.until(({ log }) => log.some(({ command }) => command === 201));
    expect(await create('1', 'x'.repeat(25))).toMatchObject({
      code: 'limit_exceeded',
      applied: 'no',
      data: { field: 'name', device: 'principal', max: 24, got: 25 },
    });
    release();
    expect(await agent.reply(stalled)).toMatchObject({ status: 'ok' });
    expect(simulated.disabledStretches).toEqual([]);
  });

  it('decides how long a conversation is kept open: seconds, unless agent.yaml says that others are served too', async () => {
    const kept = await idleAfter('');
    expect(kept).toBeLessThan(5000);
    const more = ', dialect: {one_client: false}';
    expect(await idleAfter(more, 4000)).toBeNull();
  });

  it('is asked for anew when another terminal is stated under the address', async () => {
    await begin({ serialNumber: 'D4', pin2Width: 5 });
    expect(await create('123456')).toMatchObject({ code: 'limit_exceeded' });
    await agent.stop();
    await simulated.stop();
    await begin({ serialNumber: 'E5', pin2Width: 8 });
    expect(await create('123456')).toMatchObject({ status: 'ok' });
    expect(simulated.users().map(({ userId }) => userId)).toContain('123456');
  });
});
