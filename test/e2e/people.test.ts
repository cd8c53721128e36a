// People over the real path: API, broker, agents as processes, terminals of two branches.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SimulatedTerminal, startTerminal } from '../terminal/terminal.ts';
import { type Running, startForTest } from './client.ts';

const PIN = '70618293';
const CARD = 3_904_718_265;

let running: Running;
let folder: string;
const terminals = new Map<string, SimulatedTerminal>();
const at = (id: string) => terminals.get(id)!;
const held = (id: string, userId: string) =>
  at(id)
    .users()
    .find((user) => user.userId === userId);

function agentFile(site: string, devices: Readonly<Record<string, string>>): string {
  const file = join(folder, `${site}.yaml`);
  const rows = Object.entries(devices).map(
    ([id, more]) => `  - {id: ${id}, host: 127.0.0.1, port: ${at(id).port}, timeout: 2${more}}\n`,
  );
  writeFileSync(file, `site: ${site}\npunches: {every: 1}\ndevices:\n${rows.join('')}`);
  return file;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-people-'));
  for (const id of ['norte-a', 'norte-b', 'sur-a', 'sur-b']) {
    terminals.set(id, await startTerminal({ users: 3, serialNumber: `SN-${id.toUpperCase()}` }));
  }
  const capacity = { users: 3 };
  terminals.set('lleno', await startTerminal({ users: 3, serialNumber: 'SN-LLENO', capacity }));
  running = await startForTest({
    agents: [
      agentFile('norte', { 'norte-a': '', 'norte-b': ', drift: repair' }),
      agentFile('sur', { 'sur-a': '' }),
      agentFile('centro', { lleno: '' }),
    ],
    keepMs: 500,
  });
}, 60_000);
afterAll(async () => {
  await running.stop();
  await Promise.all([...terminals.values()].map((terminal) => terminal.stop()));
  rmSync(folder, { recursive: true });
});

type Place = { device_id: string; state: string; code?: string; fields?: string[]; away?: boolean };
const SOON = { timeout: 20_000, interval: 100 };
const person = async (id: string) => (await running.call('GET', `/people/${id}`)).body.data;
const states = (data: { terminals: Place[] }) =>
  Object.fromEntries(data.terminals.map(({ device_id, state }) => [device_id, state]));
const standing = async (id: string) => states(await person(id));
const agentOf = (site: string) => running.system.agents.find((agent) => agent.site.site === site)!;

it('somebody is onboarded at two branches with one call, and changed with another', async () => {
  const { call } = running;
  const made = await call('PUT', '/people/ana', {
    user_id: '7001',
    name: 'Ana Quispe',
    password: PIN,
    card: CARD,
    sites: ['norte'],
    devices: ['sur-a'],
  });
  expect([made.status, states(made.body.data)]).toEqual([
    200,
    { 'norte-a': 'in_step', 'norte-b': 'in_step', 'sur-a': 'in_step' },
  ]);
  expect(JSON.stringify(made.body)).not.toMatch(new RegExp(`${PIN}|${CARD}`));
  for (const id of ['norte-a', 'norte-b', 'sur-a']) {
    expect(held(id, '7001')).toMatchObject({ name: 'Ana Quispe', password: PIN, card: CARD });
  }
  const changed = await call('PUT', '/people/ana', { name: 'Ana Quispe Mamani', card: 0 });
  expect([changed.status, changed.body.data]).toMatchObject([
    200,
    { state: 'in_step', has_card: false, has_password: true },
  ]);
  expect(held('sur-a', '7001')).toMatchObject({ name: 'Ana Quispe Mamani', password: PIN, card: 0 });
  const again = await call('PUT', '/people/ana', { name: 'Ana Quispe Mamani' });
  expect([again.status, again.body.data.updated_at]).toEqual([200, changed.body.data.updated_at]);
});

it('a branch that is away gets the change when it is back', async () => {
  const { call } = running;
  await agentOf('sur').stop();
  await expect.poll(() => standing('ana').then((seen) => seen['sur-a']), SOON).toBe('in_step');
  const changed = await call('PUT', '/people/ana', { name: 'Ana Mamani', card: CARD });
  expect(changed.status).toBe(202);
  expect(changed.headers.get('location')).toBe('/people/ana');
  expect(states(changed.body.data)).toEqual({ 'norte-a': 'in_step', 'norte-b': 'in_step', 'sur-a': 'away' });
  expect(held('sur-a', '7001')).toMatchObject({ name: 'Ana Quispe Mamani' });
  await agentOf('sur').start();
  await expect.poll(() => standing('ana'), SOON).toMatchObject({ 'sur-a': 'in_step' });
  expect(held('sur-a', '7001')).toMatchObject({ name: 'Ana Mamani', card: CARD });
});

it('somebody who is off-boarded while a branch is away leaves it when it comes back', async () => {
  const { call } = running;
  await call('PUT', '/people/beto', { user_id: '7002', name: 'Beto', devices: ['norte-a', 'sur-a'] });
  await agentOf('sur').stop();
  const left = await call('DELETE', '/people/beto');
  expect([left.status, left.body.data.state, states(left.body.data)]).toEqual([
    202,
    'leaving',
    { 'norte-a': 'gone', 'sur-a': 'leaving' },
  ]);
  expect(left.body.data.terminals[1]).toMatchObject({ device_id: 'sur-a', away: true });
  expect([held('norte-a', '7002'), held('sur-a', '7002')]).toMatchObject([undefined, { name: 'Beto' }]);
  await agentOf('sur').start();
  await expect.poll(() => standing('beto'), SOON).toEqual({ 'norte-a': 'gone', 'sur-a': 'gone' });
  expect(held('sur-a', '7002')).toBeUndefined();
  expect(await person('beto')).toMatchObject({ state: 'gone', devices: [] });
  const listed = await call('GET', '/people?search=beto');
  expect(listed.body.data).toEqual([]);
  expect((await call('DELETE', '/people/beto')).status).toBe(200);
});

it('somebody who takes over the id and the badge of one who has left comes in with nothing of hers, also at a branch that was away', async () => {
  const { call } = running;
  const places = { user_id: '7011', devices: ['norte-a', 'sur-a'] };
  await call('PUT', '/people/7011', { ...places, name: 'Gala', password: PIN, card: CARD });
  await at('sur-a').keypad.whenUnlocked((keypad) => keypad.addFinger('7011', 4));
  await agentOf('sur').stop();
  expect((await call('DELETE', '/people/7011')).status).toBe(202);
  expect((await call('PUT', '/people/7011', { ...places, name: 'Hugo' })).status).toBe(202);
  expect(held('sur-a', '7011')).toMatchObject({ name: 'Gala', password: PIN });
  await agentOf('sur').start();
  await expect.poll(() => standing('7011'), SOON).toEqual({ 'norte-a': 'in_step', 'sur-a': 'in_step' });
  for (const id of ['norte-a', 'sur-a']) {
    expect(held(id, '7011')).toMatchObject({ name: 'Hugo', password: '', card: 0 });
    expect(at(id).templates()).toEqual([]);
  }
  expect((await call('DELETE', '/people/7011')).status).toBe(200);
});

it('what somebody changes at the keypad is told, and repaired where the terminal is set so', async () => {
  const { call } = running;
  at('norte-a').keypad.editUser('7001', { name: 'Otra' });
  at('norte-b').keypad.editUser('7001', { name: 'Otra' });
  await expect.poll(() => standing('ana'), SOON).toMatchObject({ 'norte-a': 'drift' });
  await expect.poll(() => held('norte-b', '7001')?.name, SOON).toBe('Ana Mamani');
  const [drift] = (await person('ana')).terminals as Place[];
  expect(drift).toMatchObject({ device_id: 'norte-a', fields: ['name'] });
  await expect
    .poll(async () => {
      const { body } = await call('GET', '/events?types=person.drift,person.repaired&limit=50');
      return body.data.map(
        ({ type, data }: { type: string; data: { device_id: string } }) => `${type} ${data.device_id}`,
      );
    }, SOON)
    .toEqual(expect.arrayContaining(['person.drift norte-a', 'person.repaired norte-b']));
  expect(held('norte-a', '7001')).toMatchObject({ name: 'Otra' });
  // Said once more, with something new, it is put right there, too.
  const again = await call('PUT', '/people/ana', { name: 'Ana M.' });
  expect([again.status, again.body.data.state]).toEqual([200, 'in_step']);
});

it('a terminal that does not take somebody says why, and takes him when he fits', async () => {
  const { call } = running;
  const long = await call('PUT', '/people/caro', {
    user_id: '7003',
    name: 'Carolina de los Angeles Montenegro',
    devices: ['norte-a', 'lleno'],
  });
  expect(long.status).toBe(202);
  await expect.poll(() => standing('caro'), SOON).toEqual({ 'norte-a': 'refused', lleno: 'refused' });
  const [lleno, norte] = (await person('caro')).terminals;
  expect(norte).toMatchObject({ code: 'limit_exceeded', error: expect.stringContaining('norte-a') });
  expect(lleno.code).toMatch(/./);
  const short = await call('PUT', '/people/caro', { name: 'Carolina', devices: ['norte-a'] });
  expect([short.status, short.body.data.state]).toEqual([200, 'in_step']);
  const full = await call('PUT', '/people/caro', { devices: ['norte-a', 'lleno'] });
  expect(full.status).toBe(202);
  await expect.poll(() => standing('caro'), SOON).toEqual({ 'norte-a': 'in_step', lleno: 'refused' });
  expect((await person('caro')).terminals[0].error).toMatch(/lleno/);
  expect(held('lleno', '7003')).toBeUndefined();
  at('lleno').keypad.deleteUser('1001');
  await expect.poll(() => standing('caro'), SOON).toEqual({ 'norte-a': 'in_step', lleno: 'in_step' });
});

it('an agent that has lost its disk is told everything again', async () => {
  const sur = agentOf('sur');
  await sur.stop();
  for (const file of readdirSync(running.dataDir, { recursive: true, encoding: 'utf8' })) {
    if (/agents.*sur.*\/data\/(people|journal|access|punches)\./.test(file))
      rmSync(join(running.dataDir, file));
  }
  at('sur-a').keypad.deleteUser('7001');
  await sur.start();
  await expect.poll(() => held('sur-a', '7001')?.name, SOON).toBe('Ana M.');
  expect(held('sur-a', '7001')).toMatchObject({ password: PIN, card: CARD });
  await expect.poll(() => standing('ana'), SOON).toMatchObject({ 'sur-a': 'in_step' });
});

it('a terminal that comes to a branch later gets the people of the branch and of its groups', async () => {
  const { call } = running;
  expect((await call('PUT', '/site-groups/costa', { sites: ['sur'] })).status).toBe(200);
  const dora = await call('PUT', '/people/dora', { user_id: '7004', name: 'Dora', sites: ['sur'] });
  const elsa = await call('PUT', '/people/elsa', { user_id: '7005', name: 'Elsa', site_groups: ['costa'] });
  expect([dora.status, elsa.status]).toEqual([200, 200]);
  const device = { id: 'sur-b', name: 'Sur B', ip: '127.0.0.1', port: at('sur-b').port, site: 'sur' };
  expect((await call('POST', '/devices', device)).status).toBe(200);
  await expect
    .poll(() => [held('sur-b', '7004')?.name, held('sur-b', '7005')?.name], SOON)
    .toEqual(['Dora', 'Elsa']);
  await expect.poll(() => standing('elsa'), SOON).toEqual({ 'sur-a': 'in_step', 'sur-b': 'in_step' });
  // Whoever comes in by the group follows it.
  expect((await call('DELETE', '/site-groups/costa')).body.code).toBe('site_group_in_use');
  expect((await call('PUT', '/site-groups/costa', { sites: ['centro'] })).status).toBe(200);
  await expect
    .poll(() => [held('sur-a', '7005'), held('sur-b', '7005')], SOON)
    .toEqual([undefined, undefined]);
  await expect.poll(() => held('sur-b', '7004')?.name, SOON).toBe('Dora');
});

it('a file of people is looked at first, and then taken', async () => {
  const { call } = running;
  const file = [
    '\uFEFFid;user_id;name;password;card;sites;devices',
    `fede;7006;"Federico ""Fede"" Paz";${PIN};;norte;`,
    'ana;;Ana Q.;;;;',
    'dora;;;;;;',
    '',
  ].join('\r\n');
  const headers = { 'content-type': 'text/csv' };
  const dry = await call('POST', '/people/import?dry_run=true', file, headers);
  expect([dry.status, dry.body]).toMatchObject([
    200,
    {
      dry_run: true,
      created: 1,
      updated: 1,
      unchanged: 1,
      data: [
        { line: 2, id: 'fede', action: 'create', devices_added: ['norte-a', 'norte-b'] },
        { line: 3, id: 'ana', action: 'update', fields: ['name'] },
        { line: 4, id: 'dora', action: 'unchanged' },
      ],
    },
  ]);
  expect(JSON.stringify(dry.body)).not.toContain(PIN);
  expect((await call('GET', '/people/fede')).status).toBe(404);
  const taken = await call('POST', '/people/import', file, headers);
  expect([taken.status, taken.body.data]).toEqual([202, dry.body.data]);
  await expect.poll(() => standing('fede'), SOON).toEqual({ 'norte-a': 'in_step', 'norte-b': 'in_step' });
  expect(held('norte-b', '7006')).toMatchObject({ name: 'Federico "Fede" Paz', password: PIN });
  await expect.poll(() => standing('ana'), SOON).toMatchObject({ 'norte-a': 'in_step', 'sur-a': 'in_step' });
  const wrong = await call('POST', '/people/import', 'id,card,sites\ngabi,abc,norte\nhugo,5,nada\n', headers);
  expect([wrong.status, wrong.body]).toMatchObject([
    400,
    { code: 'import_invalid', details: [{ path: '2.card' }, { path: '3.name' }] },
  ]);
  expect((await call('GET', '/people/hugo')).status).toBe(404);
});

it('no PIN and no card stands in clear in a row of the cloud or in a log', async () => {
  const { system, dataDir } = running;
  const { dynamo, region, credentials } = system;
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: dynamo.endpoint, region, credentials }),
  );
  const secrets = [PIN, String(CARD)];
  const found: string[] = [];
  let rows = 0;
  for await (const { Items = [] } of paginateScan({ client }, { TableName: dynamo.tableName })) {
    for (const row of Items) {
      rows++;
      const bytes = Object.values(row).map((value) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : JSON.stringify(value),
      );
      const body = Buffer.from(String(row.body ?? ''), 'base64').toString('latin1');
      if (secrets.some((secret) => `${bytes} ${body}`.includes(secret))) found.push(`${row.pk} ${row.sk}`);
    }
  }
  client.destroy();
  expect(rows).toBeGreaterThan(20);
  expect(found).toEqual([]);
  const files = readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.log'),
  );
  expect(files.length).toBeGreaterThan(3);
  const leaks = files.filter((file) => {
    const text = readFileSync(join(dataDir, file)).toString('latin1');
    return secrets.some((secret) => text.includes(secret));
  });
  expect(leaks).toEqual([]);
});
