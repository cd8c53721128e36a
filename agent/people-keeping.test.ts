import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { type WantedPerson, wantedDigest } from '../shared/domain/wanted-person.ts';
import type { PersonEvent } from '../shared/wire/events.ts';
import type { SimulatedTerminal } from '../test/terminal/terminal.ts';
import { branchOfEachTest } from './testing/branch-bench.ts';

const branch = branchOfEachTest({ users: 5 });

function start(simulated: SimulatedTerminal, more = ''): void {
  const { host, port } = simulated;
  const device = `{id: principal, name: P, host: ${host}, port: ${port}${more}}`;
  branch.agent.start(`punches: {every: 1}\ndevices:\n  - ${device}\n`);
}

const ANA: WantedPerson = { person: 'p-ana', version: 1, user_id: '700', want: { name: 'Ana', card: 4711 } };
const BEA: WantedPerson = { person: 'p-bea', version: 1, user_id: '701', want: { name: 'Bea' } };

async function put(items: readonly WantedPerson[], more: { epoch?: string; whole?: boolean } = {}) {
  const args = { epoch: ulid(), items, ...more };
  const { status, data, code } = await branch.agent.run('people.put', 'principal', args);
  return { status, code, ...(data as { stored?: number; store?: string }) };
}

const told = () =>
  branch.agent.link.batches
    .flatMap(({ events }) => events)
    .filter((event): event is PersonEvent => event.type.startsWith('person.'));
const short = ({ type, person, version, there, fields = [], code = '' }: PersonEvent) =>
  [type.slice('person.'.length), person, version, there, fields.join() || code].join(' ').trim();
const words = () => told().map(short);
const untilTold = (word: string) =>
  branch.agent.link.until(() => told().find((event) => short(event) === word));
const user = (simulated: SimulatedTerminal, userId: string) =>
  simulated.users().find((each) => each.userId === userId);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Somebody types as soon as the terminal may be used. */
async function keypad(simulated: SimulatedTerminal) {
  await simulated.until((at) => at.enabled);
  return simulated.keypad;
}

describe('people at a terminal', () => {
  it('are put there together, and told when they are', async () => {
    const simulated = await branch.terminal();
    start(simulated);
    expect(await put([ANA, BEA])).toMatchObject({ status: 'ok', stored: 2 });
    await untilTold('in_step p-ana 1 true');
    await untilTold('in_step p-bea 1 true');
    expect(user(simulated, '700')).toMatchObject({ name: 'Ana', card: 4711 });
    expect(simulated.users()).toHaveLength(7);
    expect(simulated.violations).toEqual([]);
  });

  it('who are there already keep what nobody names', async () => {
    const simulated = await branch.terminal();
    const uid = simulated.keypad.addUser({ userId: '700', name: 'Otra', card: 1, password: '99' });
    start(simulated);
    await put([ANA]);
    await untilTold('in_step p-ana 1 true');
    expect(user(simulated, '700')).toMatchObject({ uid, name: 'Ana', card: 4711, password: '99' });
  });

  it('go with the highest version, in whatever order they come', async () => {
    const simulated = await branch.terminal();
    start(simulated);
    await put([{ ...ANA, version: 3, want: { name: 'Tres' } }]);
    expect(await put([{ ...ANA, version: 2, want: null }])).toMatchObject({ stored: 0 });
    await untilTold('in_step p-ana 3 true');
    expect(user(simulated, '700')?.name).toBe('Tres');
    await put([{ ...ANA, version: 4, want: null }]);
    await untilTold('in_step p-ana 4 false');
    expect(await put([{ ...ANA, version: 3, want: { name: 'Tres' } }])).toMatchObject({ stored: 0 });
    expect(user(simulated, '700')).toBeUndefined();
  });

  it('are changed at the keypad, which is told and left so, until it is as wanted again', async () => {
    const simulated = await branch.terminal();
    start(simulated);
    await put([ANA]);
    await untilTold('in_step p-ana 1 true');
    (await keypad(simulated)).editUser('700', { card: 5 });
    await untilTold('drift p-ana 1 true card');
    expect(user(simulated, '700')?.card).toBe(5);
    (await keypad(simulated)).editUser('700', { card: 4711 });
    await branch.agent.link.until(() => (words().length === 3 ? true : undefined));
    expect(words()).toEqual(['in_step p-ana 1 true', 'drift p-ana 1 true card', 'in_step p-ana 1 true']);
  });

  it('are put right where the device says so', async () => {
    const simulated = await branch.terminal();
    start(simulated, ', drift: repair');
    await put([ANA]);
    await untilTold('in_step p-ana 1 true');
    (await keypad(simulated)).editUser('700', { name: 'Eva' });
    await untilTold('repaired p-ana 1 true name');
    expect(user(simulated, '700')?.name).toBe('Ana');
    (await keypad(simulated)).deleteUser('700');
    await untilTold('repaired p-ana 1 true user');
    expect(user(simulated, '700')).toMatchObject({ name: 'Ana', card: 4711 });
  });

  it('who must not be there are taken off again whatever the device says', async () => {
    const simulated = await branch.terminal();
    start(simulated);
    await put([{ ...ANA, want: null }]);
    await untilTold('in_step p-ana 1 false');
    (await keypad(simulated)).addUser({ userId: '700', name: 'Ana' });
    await untilTold('repaired p-ana 1 false user');
    expect(user(simulated, '700')).toBeUndefined();
  });

  it('are left alone once a whole list does not name them, or somebody has made them again over the API', async () => {
    const simulated = await branch.terminal();
    start(simulated, ', drift: repair');
    await put([ANA, { ...BEA, want: null }]);
    await untilTold('in_step p-bea 1 false');
    const args = { mode: 'create', user_id: '701', fields: { name: 'Bea otra vez' } };
    expect(await branch.agent.run('user.put', 'principal', args)).toMatchObject({ status: 'ok' });
    await put([{ ...BEA, person: 'p-cora', user_id: '702' }], { whole: true });
    await untilTold('in_step p-cora 1 true');
    (await keypad(simulated)).editUser('700', { card: 5 });
    (await keypad(simulated)).editUser('702', { name: 'Otra' });
    await untilTold('repaired p-cora 1 true name');
    expect(user(simulated, '700')?.card).toBe(5);
    expect(user(simulated, '701')?.name).toBe('Bea otra vez');
  });

  it('get another badge: the old one goes', async () => {
    const simulated = await branch.terminal();
    start(simulated);
    await put([ANA]);
    await untilTold('in_step p-ana 1 true');
    await put([{ ...ANA, version: 2, user_id: '800' }]);
    await untilTold('in_step p-ana 2 true');
    expect(user(simulated, '700')).toBeUndefined();
    expect(user(simulated, '800')?.name).toBe('Ana');
  });

  it('take over the badge of whoever goes only when he has gone, with all that he had', async () => {
    const simulated = await branch.terminal();
    start(simulated);
    await put([ANA]);
    await untilTold('in_step p-ana 1 true');
    (await keypad(simulated)).addFinger('700', 1);
    const bea = { ...BEA, user_id: '700' };
    await put([bea]);
    await untilTold('refused p-bea 1 true user_exists');
    expect(user(simulated, '700')?.name).toBe('Ana');
    await put([{ ...ANA, version: 2, want: null }]);
    await untilTold('in_step p-bea 1 true');
    expect(words()).toContain('in_step p-ana 2 false');
    expect(user(simulated, '700')).toMatchObject({ name: 'Bea', card: 0 });
    expect(simulated.templates()).toEqual([]);
  });

  it('who come anew after they were taken away get nothing of what stood there before, and lose nothing that comes later', async () => {
    const simulated = await branch.terminal();
    start(simulated);
    await put([{ ...ANA, want: { name: 'Ana', password: '4711' } }]);
    await untilTold('in_step p-ana 1 true');
    await simulated.keypad.whenUnlocked((pad) => pad.addFinger('700', 1));
    // That she was taken away, 2, has never come here.
    await put([{ ...ANA, version: 3, want: { name: 'Alba' }, anew: 3 }]);
    await untilTold('in_step p-ana 3 true');
    expect(user(simulated, '700')).toMatchObject({ name: 'Alba', password: '' });
    expect(simulated.templates()).toEqual([]);
    await simulated.keypad.whenUnlocked((pad) => pad.addFinger('700', 2));
    await put([{ ...ANA, version: 4, want: { name: 'Alba Paz' }, anew: 3 }]);
    await untilTold('in_step p-ana 4 true');
    expect(simulated.templates().map(({ finger }) => finger)).toEqual([2]);
  });

  it('who do not fit are refused with the reason, and the others are not', async () => {
    const simulated = await branch.terminal();
    start(simulated);
    await put([{ ...ANA, want: { name: 'x'.repeat(40) } }, BEA]);
    const refused = await untilTold('refused p-ana 1 true limit_exceeded');
    expect(refused.params).toMatchObject({ field: 'name', device: 'principal' });
    await untilTold('in_step p-bea 1 true');
    await put([{ ...ANA, version: 2 }]);
    await untilTold('in_step p-ana 2 true');
  });

  it('reach a terminal that was away, those who go first', async () => {
    const simulated = await branch.terminal();
    start(simulated);
    await put([ANA]);
    await untilTold('in_step p-ana 1 true');
    const back = simulated.reboot(3000);
    await put([{ ...ANA, version: 2, want: null }, BEA]);
    await back;
    await simulated.until((at) => user(at, '700') === undefined, 8000);
    await untilTold('in_step p-bea 1 true');
  });

  it('are kept by the next run of the agent, without the cloud', async () => {
    const simulated = await branch.terminal();
    start(simulated, ', drift: repair');
    await put([ANA, BEA]);
    await branch.agent.stop();
    const there = () => words().filter((word) => word.startsWith('in_step')).length;
    const before = there();
    start(simulated, ', drift: repair');
    branch.agent.link.isUp = false;
    await simulated.until((at) => user(at, '700') !== undefined && user(at, '701') !== undefined, 8000);
    (await keypad(simulated)).deleteUser('701');
    await simulated.until((at) => user(at, '701') !== undefined, 8000);
    expect(before).toBeLessThanOrEqual(2);
  });

  it('are counted in the hello, and a lost disk shows there', async () => {
    const simulated = await branch.terminal();
    start(simulated);
    const { store } = await put([ANA, BEA, { ...BEA, person: 'p-cora', user_id: '702', want: null }]);
    const { wanted } = await branch.agent.hello((hello) => hello.wanted !== undefined);
    expect(wanted?.store).toBe(store);
    await branch.agent.stop();
    start(simulated);
    const again = await branch.agent.hello((hello) => hello.wanted?.devices.principal !== undefined);
    expect(again.wanted).toEqual({
      store,
      devices: { principal: { count: 2, digest: wantedDigest([BEA, ANA], sha256) } },
    });
    await branch.agent.stop();
    for (const end of ['', '-wal', '-shm'])
      rmSync(join(branch.agent.folder, `people.db${end}`), { force: true });
    start(simulated);
    const lost = await branch.agent.hello((hello) => hello.wanted !== undefined);
    expect(lost.wanted?.store).not.toBe(store);
    expect(lost.wanted?.devices).toEqual({});
  });

  it('leave the card to an identifier that governs it, which ends when they go', async () => {
    const simulated = await branch.terminal();
    start(simulated, ', drift: repair');
    await put([{ ...ANA, want: { name: 'Ana' } }]);
    await untilTold('in_step p-ana 1 true');
    const window = { from: 1, to: Math.ceil(Date.now() / 1000) + 600 };
    const item = {
      number: '99',
      owner: { type: 'owner', name: '700' },
      lock: 'all',
      window,
      max_passes: null,
    };
    const { data } = await branch.agent.run('identifier.put', 'principal', { type: 'card', items: [item] });
    expect(data).toEqual({ infos: ['created'] });
    await put([{ ...ANA, version: 2 }]);
    await untilTold('in_step p-ana 2 true');
    expect(user(simulated, '700')?.card).toBe(99);
    (await keypad(simulated)).editUser('700', { name: 'Otra' });
    await untilTold('repaired p-ana 2 true name');
    expect(user(simulated, '700')?.card).toBe(99);
    await put([{ ...ANA, version: 3, want: null }]);
    await untilTold('in_step p-ana 3 false');
    const isOff = () =>
      branch.agent.link.batches.flatMap(({ events }) => events).find(({ type }) => type === 'rule.off');
    await branch.agent.link.until(isOff);
    await put([{ ...ANA, version: 4 }]);
    await untilTold('in_step p-ana 4 true');
    expect(user(simulated, '700')?.card).toBe(4711);
  });

  it('are not kept at a device that is not there', async () => {
    start(await branch.terminal());
    const { status, code } = await branch.agent.run('people.put', 'otro', { epoch: ulid(), items: [ANA] });
    expect({ status, code }).toEqual({ status: 'error', code: 'device_not_found' });
  });
});
