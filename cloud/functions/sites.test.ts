// Branches: what a path may name, and what there is.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { invoke } from '../testing/invoke.ts';
import { startWorld, type World } from '../testing/world.ts';
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
  },
);
