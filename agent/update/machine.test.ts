import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UpdateRequest } from '../../shared/domain/agent-update.ts';
import { runUpdater } from './machine.ts';
import { ModelMachine, type Nature, OLD, PowerCut } from './testing/model-machine.ts';

const NEW = '1.1.0';
const request = (version = NEW, id = '01HZZZZZZZZZZZZZZZZZZZZZZ0'): UpdateRequest => ({
  id,
  version,
  url: 'https://packages.example/agent.update',
  sha256: 'c'.repeat(64),
});

const REASON: Record<Exclude<Nature, 'well'>, string> = {
  dies: 'not_started',
  no_line: 'not_connected',
  loses_terminal: 'terminals',
  crashes: 'not_started',
};

function machineWith(nature: Nature): ModelMachine {
  const machine = new ModelMachine();
  machine.natures.set(NEW, nature);
  machine.inbox = request();
  return machine;
}

/** At every moment: what the link leads to is whole, and so is the way back until the new version has proved itself. */
function checkFooting(machine: ModelMachine): void {
  expect(machine.versions.get(machine.current)).toBe('whole');
  expect(machine.versions.get(machine.updater)).toBe('whole');
  const { underWay } = machine.saved;
  if (underWay !== null) expect(machine.versions.get(underWay.from)).toBe('whole');
}

/** Runs it over cuts, as a machine does that comes up again each time. */
async function throughCuts(
  machine: ModelMachine,
  cuts: readonly (readonly [acts: number, isAfter: boolean])[],
): Promise<void> {
  for (const [acts, isAfter] of cuts) {
    machine.cutAfter(acts, isAfter);
    try {
      await runUpdater(machine.ports());
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
    }
    checkFooting(machine);
    machine.boot();
  }
  await runUpdater(machine.ports());
  checkFooting(machine);
}

describe('an update', () => {
  it('ends with the new version where it works, and the version before stays beside it', async () => {
    const machine = machineWith('well');
    await runUpdater(machine.ports());
    expect(machine).toMatchObject({ current: NEW, running: NEW, updater: NEW, inbox: null, package: null });
    expect([...machine.versions.keys()]).toEqual([OLD, NEW]);
    expect(machine.saved).toMatchObject({
      floor: NEW,
      underWay: null,
      last: { state: 'updated', version: NEW },
    });
  });

  it.each(['dies', 'no_line', 'loses_terminal', 'crashes'] as const)(
    'to a version that %s is taken back, and tells why',
    async (nature) => {
      const machine = machineWith(nature);
      await runUpdater(machine.ports());
      expect(machine).toMatchObject({ current: OLD, running: OLD, updater: OLD });
      expect([...machine.versions.keys()]).toEqual([OLD]);
      expect(machine.saved).toMatchObject({
        floor: null,
        underWay: null,
        last: { state: 'failed', reason: REASON[nature] },
      });
    },
  );

  it('does not ask for a line or a terminal that the version before did not have either', async () => {
    const machine = machineWith('no_line');
    machine.natures.set(OLD, 'no_line');
    await runUpdater(machine.ports());
    expect(machine.current).toBe(NEW);
  });

  it.each([
    ['another version than was asked for', { version: '1.2.0' }, 'version'],
    ['a package for other machines', { platforms: ['win32-x64'] }, 'platform'],
  ] as const)('to %s leaves all as it was', async (_what, manifest, reason) => {
    const machine = machineWith('well');
    machine.manifest = manifest as never;
    const { pid } = machine;
    await runUpdater(machine.ports());
    expect(machine).toMatchObject({ current: OLD, pid, package: null });
    expect(machine.saved.last).toMatchObject({ state: 'failed', reason });
  });

  it('to a package that is refused leaves all as it was, whatever the reason', async () => {
    const machine = machineWith('well');
    machine.refusal = 'signature';
    await runUpdater(machine.ports());
    expect(machine).toMatchObject({ current: OLD, running: OLD });
    expect(machine.saved.last).toMatchObject({ reason: 'signature' });
  });

  it('never goes below what the version that runs has ruled out', async () => {
    const machine = machineWith('well');
    await runUpdater(machine.ports());
    machine.inbox = request(OLD, '01HZZZZZZZZZZZZZZZZZZZZZZ1');
    await runUpdater(machine.ports());
    expect(machine.current).toBe(NEW);
    expect(machine.saved.last).toMatchObject({ state: 'failed', reason: 'downgrade' });
  });

  it('may go back to a version that the one that runs allows', async () => {
    const machine = machineWith('well');
    machine.manifest = { floor: OLD };
    await runUpdater(machine.ports());
    machine.inbox = request(OLD, '01HZZZZZZZZZZZZZZZZZZZZZZ1');
    machine.manifest = {};
    await runUpdater(machine.ports());
    expect(machine).toMatchObject({ current: OLD, running: OLD });
  });

  it('that was done is not done again when it is asked for again', async () => {
    const machine = machineWith('dies');
    await runUpdater(machine.ports());
    const { pid } = machine;
    machine.inbox = request();
    await runUpdater(machine.ports());
    expect(machine).toMatchObject({ pid, inbox: null });
  });

  it('to the version that runs is over at once', async () => {
    const machine = machineWith('well');
    const { pid } = machine;
    machine.inbox = request(OLD);
    await runUpdater(machine.ports());
    expect(machine).toMatchObject({ pid, current: OLD });
    expect(machine.saved.last).toMatchObject({ state: 'updated', version: OLD });
  });

  it('during which the machine goes down again and again is given up', async () => {
    const machine = machineWith('well');
    const cutAt = async (acts: number) => {
      machine.cutAfter(acts, true);
      await expect(runUpdater(machine.ports())).rejects.toThrow(PowerCut);
      machine.boot();
    };
    for (let acts = 1; machine.saved.underWay?.step !== 'prove'; acts++) await cutAt(acts);
    // The try is on disk, then one look is made.
    for (let cut = 0; cut < 3; cut++) await cutAt(2);
    await runUpdater(machine.ports());
    expect(machine.saved.last).toMatchObject({ state: 'failed', reason: 'interrupted' });
    expect(machine.running).toBe(OLD);
  });

  it('that is cut once, at each of its acts, before and after it, ends as it would have without', async () => {
    for (const nature of ['well', 'dies'] as const) {
      const whole = machineWith(nature);
      await runUpdater(whole.ports());
      for (let act = 1; act <= whole.acts; act++) {
        for (const isAfter of [false, true]) {
          const machine = machineWith(nature);
          await throughCuts(machine, [[act, isAfter]]);
          expect(machine.running).toBe(nature === 'well' ? NEW : OLD);
          expect(machine.saved).toEqual(whole.saved);
        }
      }
    }
  });

  it('that is cut at any acts, however often, ends with a version that works, and tells which', async () => {
    const nature = fc.constantFrom<Nature>('well', 'dies', 'no_line', 'loses_terminal', 'crashes');
    const cut = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.boolean());
    await fc.assert(
      fc.asyncProperty(nature, fc.array(cut, { maxLength: 12 }), async (kind, cuts) => {
        const machine = machineWith(kind);
        await throughCuts(machine, cuts);
        const { last, underWay } = machine.saved;
        expect(underWay).toBeNull();
        expect(machine.running).toBe(machine.current);
        expect(machine.current).toBe(last?.state === 'updated' ? NEW : OLD);
        if (kind !== 'well') expect(last?.state).toBe('failed');
        else if (last?.state === 'failed') expect(last.reason).toBe('interrupted');
      }),
      { numRuns: 1000 },
    );
  });
});
