// Fingers between the agents of two branches; what the cloud does in between is done by the test.
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WantedPerson } from '../shared/domain/wanted-person.ts';
import type { HandEvent } from '../shared/wire/events.ts';
import { type ArgsOf, operations, type ResultOf } from '../shared/wire/operations.ts';
import { type SimulatedTerminal, startTerminal, type TerminalSettings } from '../test/terminal/terminal.ts';
import { freshAgentKey, publicKeyOf } from './fingers/envelope.ts';
import { AgentBench } from './testing/agent-bench.ts';

const ANA: WantedPerson = { person: 'p-ana', version: 1, user_id: '700', want: { name: 'Ana' } };

interface Branch {
  readonly agent: AgentBench;
  readonly terminal: SimulatedTerminal;
}
let branches: Branch[] = [];
beforeEach(() => {
  branches = [];
});
afterEach(async () => {
  for (const { agent, terminal } of branches) {
    await agent.dispose();
    await terminal.stop();
  }
});

async function open(settings: TerminalSettings = {}): Promise<Branch> {
  const terminal = await startTerminal({ users: 3, ...settings });
  const agent = new AgentBench();
  branches.push({ agent, terminal });
  agent.start(
    `punches: {every: 1}\ndevices:\n  - {id: door, host: ${terminal.host}, port: ${terminal.port}}\n`,
  );
  return { agent, terminal };
}

async function put({ agent }: Branch, item = ANA): Promise<void> {
  await agent.run('people.put', 'door', { epoch: ulid(), items: [item] });
  const isThere = () =>
    agent.link.batches.flatMap(({ events }) => events).find(({ type }) => type === 'person.in_step');
  await agent.link.until(isThere);
}

const hands = ({ agent }: Branch) =>
  agent.link.batches
    .flatMap(({ events }) => events)
    .filter((event): event is HandEvent => event.type === 'person.fingers');
const hand = (branch: Branch, usable: number) =>
  branch.agent.link.until(() => hands(branch).find((event) => event.usable === usable), 15_000);
const keyOf = async ({ agent }: Branch) => (await agent.hello(({ key }) => key !== undefined)).key ?? '';
const enrol = ({ terminal }: Branch, finger: number) =>
  terminal.keypad.whenUnlocked((keypad) => keypad.addFinger('700', finger));

async function seal(
  { agent }: Branch,
  args: Partial<ArgsOf<'finger.seal'>> & Pick<ArgsOf<'finger.seal'>, 'to'>,
) {
  const reply = await agent.run('finger.seal', 'door', { person: 'p-ana', fingers: [1, 2], ...args });
  expect(reply).toMatchObject({ status: 'ok' });
  return operations['finger.seal'].result.parse(reply.data);
}
async function give({ agent }: Branch, { kind, sealed }: ResultOf<'finger.seal'>, from = 'norte') {
  const reply = await agent.run('finger.give', 'door', { person: 'p-ana', from, kind, sealed });
  return reply.status === 'ok' ? reply.data : reply.code;
}
const bytesOf = ({ terminal }: Branch) =>
  terminal.templates().map(({ finger, flag, template }) => [finger, flag, template.toString('hex')]);

describe('fingers between branches', () => {
  it('are told by their slots, and arrive byte by byte where they are sealed to', async () => {
    const [norte, sur] = [await open(), await open()];
    await put(norte);
    await put(sur);
    await enrol(norte, 1);
    await hand(norte, 2);
    await enrol(norte, 2);
    expect(await hand(norte, 6)).toMatchObject({ device: 'door', person: 'p-ana', kind: '10', duress: 0 });
    const sealed = await seal(norte, { fingers: [1, 2, 3], to: { site: 'norte', key: await keyOf(sur) } });
    expect(sealed).toMatchObject({ kind: '10', fingers: [1, 2] });
    for (const [, , template] of bytesOf(norte)) {
      expect(Buffer.from(sealed.sealed, 'base64').toString('hex')).not.toContain(
        String(template).slice(20, 60),
      );
    }
    expect(await give(sur, sealed)).toEqual({ there: [1, 2], refused: [] });
    expect(bytesOf(sur)).toEqual(bytesOf(norte));
    await hand(sur, 6);
    // Given again they are there.
    expect(await give(sur, sealed)).toEqual({ there: [1, 2], refused: [] });
    expect(sur.terminal.violations).toEqual([]);
  });

  it('are read by nobody else, and given to nobody else', async () => {
    const [norte, sur] = [await open(), await open()];
    await put(norte);
    await put(sur);
    await enrol(norte, 1);
    await hand(norte, 2);
    const toOther = await seal(norte, { to: { site: 'norte', key: publicKeyOf(freshAgentKey()) } });
    expect(await give(sur, toOther)).toBe('unsupported');
    const toHim = await seal(norte, { to: { site: 'norte', key: await keyOf(sur) } });
    expect(await give(sur, toHim, 'oeste')).toBe('unsupported');
    expect(await give(sur, { ...toHim, kind: '9' })).toBe('unsupported');
    const args = { person: 'p-bea', from: 'norte', kind: '10', sealed: toHim.sealed };
    expect((await sur.agent.run('finger.give', 'door', args)).code).toBe('user_not_found');
    expect(sur.terminal.templates()).toEqual([]);
  });

  it('stay where the person is not known to stand, and where the terminal says no kind', async () => {
    const [norte, silent] = [await open(), await open({ fingerVersion: null })];
    const to = { site: 'norte', key: await keyOf(silent) };
    const args = { person: 'p-ana', fingers: [1], to };
    expect((await norte.agent.run('finger.seal', 'door', args)).code).toBe('user_not_found');
    await put(norte);
    await put(silent);
    await enrol(norte, 1);
    await hand(norte, 2);
    expect(await give(silent, await seal(norte, { to }))).toBe('unsupported');
    expect((await silent.agent.run('finger.seal', 'door', args)).code).toBe('unsupported');
    expect(await seal(norte, { fingers: [7], to })).toEqual({ kind: '10', fingers: [], sealed: '' });
  });

  it('are sealed to the same key by the next run of an agent', async () => {
    const norte = await open();
    const before = await keyOf(norte);
    await norte.agent.stop();
    const { host, port } = norte.terminal;
    norte.agent.start(`devices:\n  - {id: door, host: ${host}, port: ${port}}\n`);
    expect(await keyOf(norte)).toBe(before);
  });
});
