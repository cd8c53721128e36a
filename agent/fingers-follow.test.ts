import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import type { WantedPerson } from '../shared/domain/wanted-person.ts';
import type { PersonEvent } from '../shared/wire/events.ts';
import { Command } from '../test/terminal/protocol.ts';
import type { SimulatedTerminal, TerminalSettings } from '../test/terminal/terminal.ts';
import { branchOfEachTest } from './testing/branch-bench.ts';

const branch = branchOfEachTest({ users: 5 });
const ANA: WantedPerson = { person: 'p-ana', version: 1, user_id: '700', want: { name: 'Ana' } };
const BEA: WantedPerson = { person: 'p-bea', version: 1, user_id: '701', want: { name: 'Bea' } };

function start(...terminals: readonly SimulatedTerminal[]): void {
  const devices = terminals.map(
    ({ host, port }, index) => `  - {id: t${index + 1}, host: ${host}, port: ${port}}\n`,
  );
  branch.agent.start(`punches: {every: 1}\ndevices:\n${devices.join('')}`);
}

/** Two terminals, or more, with serial numbers of their own. */
async function terminals(...settings: readonly TerminalSettings[]): Promise<SimulatedTerminal[]> {
  const all: SimulatedTerminal[] = [];
  for (const [index, each] of settings.entries()) {
    all.push(await branch.terminal({ serialNumber: `FING${index}`, ...each }));
  }
  start(...all);
  return all;
}

const told = () =>
  branch.agent.link.batches
    .flatMap(({ events }) => events)
    .filter((event): event is PersonEvent => event.type.startsWith('person.'));

async function put(device: string, ...items: readonly WantedPerson[]) {
  const reply = await branch.agent.run('people.put', device, { epoch: ulid(), items });
  expect(reply.status).toBe('ok');
  const isTold = ({ person, version }: WantedPerson) =>
    told().some((event) => event.device === device && event.person === person && event.version === version);
  await branch.agent.link.until(() => (items.every(isTold) ? true : undefined));
}

const enrol = (terminal: SimulatedTerminal, userId: string, finger: number) =>
  terminal.keypad.whenUnlocked((keypad) => keypad.addFinger(userId, finger));
const fingersOf = (terminal: SimulatedTerminal, userId: string) => {
  const uid = terminal.users().find((each) => each.userId === userId)?.uid;
  return terminal.templates().filter((each) => each.uid === uid);
};
const bytesOf = (terminal: SimulatedTerminal, userId: string) =>
  new Map(
    fingersOf(terminal, userId).map(({ finger, flag, template }) => [
      finger,
      `${flag} ${template.toString('hex')}`,
    ]),
  );

describe('fingers of people who are kept', () => {
  it('go to the other terminals of the branch, byte by byte, and to nobody else', async () => {
    const [one, two, three] = (await terminals({}, {}, {})) as [
      SimulatedTerminal,
      SimulatedTerminal,
      SimulatedTerminal,
    ];
    await put('t1', ANA, BEA);
    await put('t2', ANA, BEA);
    await put('t3', BEA);
    await enrol(one, '700', 1);
    await enrol(one, '700', 6);
    await enrol(one, '1001', 2);
    await two.until((at) => fingersOf(at, '700').length === 2, 15_000);
    expect(bytesOf(two, '700')).toEqual(bytesOf(one, '700'));
    expect(two.templates()).toHaveLength(2);
    expect(three.templates()).toEqual([]);
    for (const each of [one, two, three]) expect(each.violations).toEqual([]);
  });

  it('are put on a terminal at which somebody is new, those of a silent alarm as such', async () => {
    const [one, two] = (await terminals({}, {})) as [SimulatedTerminal, SimulatedTerminal];
    await put('t1', ANA);
    await enrol(one, '700', 1);
    const uid = one.users().find(({ userId }) => userId === '700')!.uid;
    await one.until((at) => at.enabled);
    one.state.putTemplate(uid, 2, 3, Buffer.from('duress finger'), 'keypad');
    await put('t2', ANA);
    await two.until((at) => fingersOf(at, '700').length === 2, 15_000);
    expect(bytesOf(two, '700')).toEqual(bytesOf(one, '700'));
  });

  it('stay where templates are of another kind, or of none that is known', async () => {
    const [one, two, three, four] = await terminals({}, { fingerVersion: '9' }, { fingerVersion: null }, {});
    for (const device of ['t1', 't2', 't3', 't4']) await put(device, ANA);
    await enrol(one!, '700', 1);
    await four!.until((at) => at.templates().length === 1, 15_000);
    expect([two!.templates(), three!.templates()]).toEqual([[], []]);
  });

  it('come back to a terminal at which the user was deleted and made again', async () => {
    const [one, two] = (await terminals({}, {})) as [SimulatedTerminal, SimulatedTerminal];
    await put('t1', ANA);
    await put('t2', ANA);
    await enrol(one, '700', 1);
    await two.until((at) => at.templates().length === 1, 15_000);
    await two.keypad.whenUnlocked((keypad) => {
      keypad.deleteUser('700');
      keypad.addUser({ userId: '700', name: 'Ana' });
    });
    await two.until((at) => at.templates().length === 1, 15_000);
    expect(bytesOf(two, '700')).toEqual(bytesOf(one, '700'));
  });

  it('reach a terminal that was away, and are not given to whoever has the badge after him', async () => {
    const [one, two] = (await terminals({}, {})) as [SimulatedTerminal, SimulatedTerminal];
    await put('t1', ANA);
    await put('t2', ANA);
    const back = two.reboot(2500);
    await enrol(one, '700', 1);
    await back;
    await two.until((at) => at.templates().length === 1, 20_000);
    await put('t2', { ...ANA, version: 2, want: null }, { ...BEA, user_id: '700' });
    await put('t2', { ...BEA, user_id: '700' });
    await two.until((at) => at.users().some(({ name }) => name === 'Bea'), 15_000);
    // Another finger of Ana makes the branch look at all of it once more.
    await put('t1', BEA);
    await enrol(one, '701', 5);
    await two.until((at) => fingersOf(at, '700').length === 1, 15_000);
    expect(fingersOf(two, '700').map(({ finger }) => finger)).toEqual([5]);
  });

  it('are nowhere on the disk of the agent', async () => {
    const [one, two] = (await terminals({}, {})) as [SimulatedTerminal, SimulatedTerminal];
    await put('t1', ANA);
    await put('t2', ANA);
    await enrol(one, '700', 1);
    await two.until((at) => at.templates().length === 1, 15_000);
    const { template } = two.templates()[0]!;
    await branch.agent.stop();
    const part = template.subarray(40, 72);
    for (const name of readdirSync(branch.agent.folder)) {
      const bytes = readFileSync(join(branch.agent.folder, name));
      expect([name, bytes.includes(part), bytes.includes(part.toString('base64').slice(2, 40))]).toEqual([
        name,
        false,
        false,
      ]);
    }
  });

  const broken = [
    ...(['cut', 'apply-without-ack'] as const).flatMap((kind) =>
      (
        ['prepareData', 'data', 'uploadTemplate', 'freeData', 'refreshData', 'disable', 'enable'] as const
      ).map((command) => [kind, command] as const),
    ),
    ['ack-without-effect', 'uploadTemplate'],
    ['refuse', 'uploadTemplate'],
    ['cut', 'readTemplate'],
    ['cut', 'readChunk'],
  ] as const;
  it.each(broken)('arrive whole though the line or the terminal fails (%s, %s)', async (kind, command) => {
    const [one, two] = (await terminals({}, {})) as [SimulatedTerminal, SimulatedTerminal];
    await put('t1', ANA);
    await put('t2', ANA);
    two.faults.add({ kind, command: Command[command], times: 1 });
    await enrol(one, '700', 1);
    await enrol(one, '700', 2);
    await two.until((at) => fingersOf(at, '700').length === 2 && at.enabled, 30_000);
    expect(bytesOf(two, '700')).toEqual(bytesOf(one, '700'));
    expect(two.violations).toEqual([]);
  });

  it('are given once more by the next run of an agent that was stopped amid it', async () => {
    const [one, two] = (await terminals({}, {})) as [SimulatedTerminal, SimulatedTerminal];
    await put('t1', ANA);
    await put('t2', ANA);
    two.faults.add({ kind: 'stall', command: Command.uploadTemplate, times: 1 });
    await enrol(one, '700', 1);
    await two.until((at) => at.log.some((each) => each.command === Command.uploadTemplate), 15_000);
    await branch.agent.stop();
    start(one, two);
    await two.until((at) => fingersOf(at, '700').length === 1 && at.enabled, 20_000);
    expect(bytesOf(two, '700')).toEqual(bytesOf(one, '700'));
  });
});
