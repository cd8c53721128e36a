// Branches: what a path may name, and what there is.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import { invoke } from '../testing/invoke.ts';
import { hello, startWorld, type World } from '../testing/world.ts';
import { handler as sites } from './sites.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

test('a branch is made once, and listed for its own company', async () => {
  const body = { site: 'norte', name: 'Norte' };
  expect(await invoke(sites, 'siteCreate', { body })).toMatchObject({
    status: 200,
    body: { message: "Sede 'norte' registrada.", data: { site: 'norte', name: 'Norte', online: false } },
  });
  expect(await invoke(sites, 'siteCreate', { body })).toMatchObject({
    status: 409,
    body: { error: "La sede 'norte' ya existe.", code: 'site_exists' },
  });
  expect((await invoke(sites, 'siteList')).body).toMatchObject({ total: 1, data: [{ site: 'norte' }] });
  expect((await invoke(sites, 'siteList', { tenant: 'rival' })).body).toEqual({
    success: true,
    total: 0,
    data: [],
  });
});

test.each(['sur', 'Norte', 'a#b', '\0', '@limit_card', 'x'.repeat(3000)])(
  'a branch that is not there is not found: %j',
  async (site) => {
    const notFound = {
      status: 404,
      body: { error: `Sede '${site}' no encontrada.`, code: 'site_not_found' },
    };
    expect(await invoke(sites, 'siteEnrollment', { params: { site } })).toMatchObject(notFound);
    expect(await invoke(sites, 'siteAgentDelete', { params: { site } })).toMatchObject(notFound);
    expect(await invoke(sites, 'siteUpdate', { params: { site }, body: { name: 'x' } })).toMatchObject(
      notFound,
    );
    expect(await invoke(sites, 'siteDelete', { params: { site } })).toMatchObject(notFound);
  },
);

test('branches are listed page by page, each once, and total counts all of them', async () => {
  const tenant = 'pages';
  const all = Array.from({ length: 5 }, (_, number) => `s${number}`);
  for (const site of all) await invoke(sites, 'siteCreate', { tenant, body: { site } });
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: '2', ...(cursor === undefined ? {} : { cursor }) };
    const { body } = await invoke(sites, 'siteList', { tenant, query });
    const { data, next_cursor } = body as { data: { site: string }[]; next_cursor?: string };
    expect(body.total).toBe(5);
    expect(data.length).toBeLessThanOrEqual(2);
    seen.push(...data.map(({ site }) => site));
    cursor = next_cursor;
  } while (cursor !== undefined);
  expect(seen).toEqual(all);
  expect(await invoke(sites, 'siteList', { tenant, query: { cursor: 'zzz' } })).toMatchObject({
    status: 400,
    body: { code: 'invalid_field' },
  });
});

test('a branch is renamed, and keeps its name when its agent says hello', async () => {
  const tenant = 'names';
  const params = { site: 'norte' };
  await invoke(sites, 'siteCreate', { tenant, body: { site: 'norte', name: 'Norte' } });
  expect(
    await invoke(sites, 'siteUpdate', { tenant, params, body: { name: 'Sucursal Norte' } }),
  ).toMatchObject({
    status: 200,
    body: { message: "Sede 'norte' actualizada.", data: { site: 'norte', name: 'Sucursal Norte' } },
  });
  await hello(world, tenant, 'norte', []);
  expect((await invoke(sites, 'siteList', { tenant })).body).toMatchObject({
    data: [{ name: 'Sucursal Norte', online: true }],
  });
  expect(await invoke(sites, 'siteUpdate', { tenant, params, body: {} })).toMatchObject({
    status: 400,
    body: { code: 'invalid_field' },
  });
});

test('a branch is deleted when nothing is left there; until then the answer says what is', async () => {
  const tenant = 'ends';
  const params = { site: 'norte' };
  const remove = () => invoke(sites, 'siteDelete', { tenant, params });
  const refused = (error: string) => ({ status: 409, body: { code: 'site_in_use', error } });
  await hello(world, tenant, 'norte', ['a', 'b']);
  world.certificates.push('1'.repeat(64));
  expect(await remove()).toMatchObject(
    refused(
      "La sede 'norte' no se puede eliminar: tiene 2 dispositivos y un agente enrolado; revóquelo antes.",
    ),
  );
  world.certificates.length = 0;
  expect(await remove()).toMatchObject(
    refused("La sede 'norte' no se puede eliminar: tiene 2 dispositivos."),
  );
  await hello(world, tenant, 'norte', []);
  world.certificates.push('1'.repeat(64));
  expect(await remove()).toMatchObject(
    refused("La sede 'norte' no se puede eliminar: su agente está enrolado; revóquelo antes."),
  );
  world.certificates.length = 0;
  await world.rewrite('T#ends', (row) => ({ ...row, connected: false }));
  expect(await remove()).toMatchObject({ status: 200, body: { message: "Sede 'norte' eliminada." } });
  expect((await invoke(sites, 'siteList', { tenant })).body).toMatchObject({ total: 0 });
  expect(await remove()).toMatchObject({ status: 404 });
});

test('a branch whose agent is connected is not deleted, whatever the list of certificates says', async () => {
  const tenant = 'alive';
  await hello(world, tenant, 'norte', []);
  expect(await invoke(sites, 'siteDelete', { tenant, params: { site: 'norte' } })).toMatchObject({
    status: 409,
    body: { code: 'site_in_use' },
  });
});

test('the command of an enrolment names the configured URL, whatever the request calls its host', async () => {
  await invoke(sites, 'siteCreate', { tenant: 'urls', body: { site: 'norte' } });
  const headers = { host: 'evil.example', 'x-forwarded-proto': 'http', 'x-forwarded-host': 'evil.example' };
  const { body } = await invoke(sites, 'siteEnrollment', {
    tenant: 'urls',
    params: { site: 'norte' },
    headers,
  });
  const { command, token } = body.data as { command: string; token: string };
  expect(command).toContain(`--url https://api.sereno.test --token ${token}`);
  expect(JSON.stringify(body)).not.toContain('evil');
});

test('revoking an agent frees the ids of its terminals, of no other branch', async () => {
  const tenant = 'freed';
  await hello(world, tenant, 'norte', ['a', 'b']);
  await hello(world, tenant, 'sur', ['c']);
  const params = { site: 'norte' };
  expect(await invoke(sites, 'siteAgentDelete', { tenant, params })).toMatchObject({ status: 200 });
  const directory = new DynamoDirectory(world.table);
  expect((await directory.devices(tenant)).map(({ id }) => id)).toEqual(['c']);
});
