import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { TerminalSettings } from '../../../test/terminal/terminal.ts';
import { type Bench, startBench } from '../testing/bench.ts';
import { enrolFinger } from './enrolment.ts';
import { AT_FIRST, afterEvent } from './enrolment-watch.ts';
import { listFingers } from './finger-list.ts';

let bench: Bench;
afterEach(() => bench?.stop());

const users = [
  { uid: 11, userId: '1001', name: 'Ana' },
  { uid: 12, userId: '1002', name: 'Eva' },
];

async function start(settings: TerminalSettings = {}, device = '') {
  bench = await startBench({ users, ...settings }, device);
  const { simulated, terminal } = bench;
  const stages: string[] = [];
  const cancel = new AbortController();
  const told = Promise.withResolvers<void>();
  const progress = (stage: string) => {
    stages.push(stage);
    if (stage === 'waiting') told.resolve();
  };
  const enrol = (args: object = {}) => {
    const ended = enrolFinger(
      { user_id: '1001', finger_index: 3, ...args },
      { terminal, signal: cancel.signal, progress, now: Date.now },
    );
    ended.catch(() => {});
    return ended;
  };
  const fingersOf = async (user_id: string) => {
    const context = { terminal, signal: new AbortController().signal, progress, now: Date.now };
    return (await listFingers({ user_id }, context)).data.data;
  };
  /** Enrols, and does `work` once the terminal waits for the finger. */
  const during = async (work: () => unknown, args: object = {}) => {
    const ended = enrol(args);
    await Promise.race([told.promise, ended]);
    await work();
    return await ended;
  };
  return { simulated, terminal, stages, cancel, enrol, fingersOf, during };
}

const asked = (command: number) =>
  bench.simulated.log.filter((request) => request.command === command).length;

describe('enrolling a finger', () => {
  it.each(['result-last', 'result-first'] as const)(
    'tells each sample and ends with the template there (%s)',
    async (enrolOrder) => {
      const { simulated, stages, during, fingersOf } = await start({ enrolOrder });
      const { data, verified } = await during(() => simulated.pressFinger('good', 'bad', 'good', 'good'));
      expect(data).toEqual({ user_id: '1001', finger_index: 3 });
      expect(verified).toBe('readback');
      expect(stages).toEqual(['waiting', 'sample 1/3', 'sample 2/3', 'sample 3/3']);
      const [template] = simulated.templates();
      expect(template).toMatchObject({ uid: 11, finger: 3 });
      expect(await fingersOf('1001')).toEqual([{ finger_index: 3, size: template!.template.length }]);
      expect(simulated.disabledStretches).toEqual([]);
      expect(simulated.violations).toEqual([]);
      expect(asked(1013)).toBe(1);
      expect(asked(500)).toBe(0);
    },
  );

  it.each([
    ['duplicate', 'duplicate_finger'],
    ['timeout', 'enrol_timeout'],
  ] as const)('ends with the reason when the terminal says %s', async (sample, code) => {
    const { simulated, during, enrol } = await start();
    const ended = during(() => simulated.pressFinger('good', sample));
    await expect(ended).rejects.toMatchObject({ code, applied: 'no' });
    expect(simulated.templates()).toEqual([]);
    // The terminal is free for the next.
    const next = enrol({ finger_index: 4 });
    await simulated.until(({ enrolment }) => enrolment !== null);
    simulated.pressFinger('good', 'good', 'good');
    await expect(next).resolves.toMatchObject({ data: { finger_index: 4 } });
  });

  it('frees the terminal within a second when it is cancelled, and says that nothing was enrolled', async () => {
    const { simulated, cancel, during } = await start();
    const began = performance.now();
    const ended = during(async () => {
      simulated.pressFinger('good');
      cancel.abort();
      await simulated.until(({ enrolment }) => enrolment === null, 1000);
    });
    await expect(ended).rejects.toMatchObject({ code: 'cancelled', applied: 'no' });
    expect(performance.now() - began).toBeLessThan(1500);
    expect(simulated.templates()).toEqual([]);
    expect(simulated.connections()).toBe(1);
  });

  it('says that it is done when the last sample came before the cancellation', async () => {
    const { simulated, cancel, during } = await start();
    const ended = during(() => {
      simulated.pressFinger('good', 'good', 'good');
      cancel.abort();
    });
    await expect(ended).resolves.toMatchObject({ data: { finger_index: 3 } });
  });

  it('refuses somebody who is not there, and a finger that is', async () => {
    const { enrol, simulated } = await start({ templates: [{ userId: '1001', finger: 3 }] });
    await expect(enrol({ user_id: '9' })).rejects.toMatchObject({ code: 'user_not_found' });
    await expect(enrol()).rejects.toMatchObject({
      code: 'finger_enrolled',
      params: { user_id: '1001', finger_index: 3 },
    });
    expect(asked(61)).toBe(0);
    expect(simulated.templates()).toHaveLength(1);
  });

  it.each([
    [{ width: 72 as const }, ''],
    [{ width: 28 as const }, ''],
    [{ width: 28 as const, transport: 'udp' as const }, ''],
    [{ counters: 'none' as const, timedDisable: 'refused' as const }, ''],
  ])('replaces that one finger where it is asked to, on %j', async (settings, device) => {
    const templates = [0, 3].map((finger) => ({
      userId: '1001',
      finger,
      template: Buffer.from(`old ${finger}`),
    }));
    const { simulated, during } = await start({ templates, ...settings }, device);
    await during(() => simulated.pressFinger('good', 'good', 'good'), { replace: true });
    const [kept, replaced] = simulated.templates().sort((a, b) => a.finger - b.finger);
    expect(kept).toMatchObject({ finger: 0, template: Buffer.from('old 0') });
    expect(replaced!.finger).toBe(3);
    expect(replaced!.template).not.toEqual(Buffer.from('old 3'));
    expect(simulated.enabled).toBe(true);
    expect(simulated.violations).toEqual([]);
  });

  it('puts the old finger back, duress mark and all, when nobody puts the new one', async () => {
    const old = { userId: '1001', finger: 3, flag: 3, template: Buffer.alloc(500, 7) };
    const { simulated, during } = await start({ templates: [old] });
    const ended = during(() => simulated.pressFinger('timeout'), { replace: true });
    await expect(ended).rejects.toMatchObject({ code: 'enrol_timeout', applied: 'no' });
    expect(simulated.templates()).toEqual([{ uid: 11, finger: 3, flag: 3, template: old.template }]);
    expect(simulated.enabled).toBe(true);
    expect(simulated.violations).toEqual([]);
  });

  it('looks, after a lost line, and says that nothing was enrolled', async () => {
    const { simulated, during, stages } = await start();
    const ended = during(() => simulated.reboot(300));
    await expect(ended).rejects.toMatchObject({ code: 'enrol_failed', applied: 'no' });
    expect(asked(61)).toBe(1);
    expect(stages).toEqual(['waiting']);
  });

  it('looks, after a lost line, and finds the finger that was enrolled before it broke', async () => {
    const { simulated, during } = await start();
    const ended = during(() => {
      simulated.keypad.addFinger('1001', 3);
      return simulated.reboot(300);
    });
    await expect(ended).resolves.toMatchObject({ data: { finger_index: 3 } });
  });

  it('does not claim to know when the terminal never answers again', async () => {
    const { simulated, during, cancel } = await start();
    const ended = during(async () => {
      await simulated.stop();
      cancel.abort();
    });
    await expect(ended).rejects.toMatchObject({ applied: 'unknown' });
  });

  it('reports the refusal of a terminal that does not enrol', async () => {
    const { simulated, enrol } = await start();
    simulated.faults.add({ kind: 'refuse', command: 61, times: 1 });
    await expect(enrol()).rejects.toMatchObject({ code: 'device_refused', applied: 'no' });
  });

  it('asks nobody a second time when the line breaks at the start', async () => {
    const { simulated, enrol } = await start();
    simulated.faults.add({ kind: 'cut', command: 61, times: 1, when: 'after-effect' });
    await expect(enrol()).rejects.toMatchObject({ code: 'enrol_failed', applied: 'no' });
    expect(asked(61)).toBe(1);
    expect(simulated.enrolment).toBeNull();
  });

  it('reads the roster again afterwards, so that no stale one is used', async () => {
    const { simulated, during, terminal } = await start();
    await during(() => simulated.pressFinger('good', 'good', 'good'));
    const before = asked(1503);
    await terminal.roster();
    expect(asked(1503)).toBe(before + 1);
  });
});

describe('the events of an enrolment', () => {
  const event = fc.oneof(
    fc.constant({ kind: 'finger' } as const),
    fc.boolean().map((good) => ({ kind: 'sample', good }) as const),
    fc.record({
      kind: fc.constant('result' as const),
      code: fc.constantFrom(0, 4, 5, 6, 99),
      finger: fc.constantFrom(2, 3),
    }),
  );

  it('count up to three samples, and nothing comes after the end', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), (events) => {
        let state = AT_FIRST;
        for (const one of events) {
          const next = afterEvent(state, one, 3);
          expect(next.samples).toBeGreaterThanOrEqual(state.samples);
          expect(next.samples).toBeLessThanOrEqual(3);
          if (state.ending !== null) expect(next).toBe(state);
          if (next.ending?.kind === 'enrolled') expect(next.samples).toBe(3);
          state = next;
        }
        const first = events.find((one) => one.kind === 'result' && !(one.code === 0 && one.finger !== 3));
        expect(state.ending === null).toBe(first === undefined);
      }),
    );
  });
});

describe('the fingers of a user', () => {
  const fingers = [
    { userId: '1001', finger: 1, template: Buffer.alloc(700, 1) },
    { userId: '1001', finger: 7, template: Buffer.alloc(900, 2) },
    { userId: '1002', finger: 1, template: Buffer.alloc(800, 3) },
  ];

  it.each([
    {},
    { counters: 'none' as const },
    { counters: 'none' as const, templateTail: 'zeros' as const },
    { transport: 'udp' as const, counters: 'none' as const },
    { width: 28 as const },
  ])('are listed with their sizes, and the terminal is never disabled, on %j', async (settings) => {
    const { fingersOf, simulated } = await start({ templates: fingers, ...settings });
    expect(await fingersOf('1001')).toEqual([
      { finger_index: 1, size: 700 },
      { finger_index: 7, size: 900 },
    ]);
    expect(await fingersOf('1002')).toEqual([{ finger_index: 1, size: 800 }]);
    await expect(fingersOf('404')).rejects.toMatchObject({ code: 'user_not_found' });
    expect(simulated.disabledStretches).toEqual([]);
  });

  it('are read from the whole set where the terminal does not give single ones', async () => {
    const { fingersOf, simulated } = await start({ templates: fingers, counters: 'none' });
    simulated.faults.add({ kind: 'refuse', command: 88, reply: 65_535 });
    simulated.faults.add({ kind: 'refuse', command: 9, reply: 65_535 });
    expect((await fingersOf('1001')).map(({ finger_index }) => finger_index)).toEqual([1, 7]);
  });

  it('are asked for one by one where the terminal holds many', async () => {
    const { fingersOf } = await start({ users: 100, templates: 90 });
    const [first] = bench.simulated.users();
    expect(await fingersOf(first!.userId)).toHaveLength(1);
    expect(asked(88)).toBe(10);
    expect(asked(1503)).toBe(1);
  });
});
