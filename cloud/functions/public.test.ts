// The open routes: up, contract, page.
import { beforeAll, expect, test } from 'vitest';
import type { Route } from '../../shared/api/route.ts';
import { routes } from '../../shared/api/routes.ts';
import { VERSION } from '../../shared/version.ts';
import { log } from '../log.ts';
import type { Answer } from '../rest/answer/answer.ts';
import { invoke } from '../testing/invoke.ts';
import { handler } from './public.ts';

beforeAll(() => {
  log.setLogLevel('SILENT');
});

test('the root needs no token', async () => {
  const { status, body } = await invoke(handler, 'root', { auth: { reason: 'token_missing' } });
  expect(status).toBe(200);
  expect(body).toEqual({
    success: true,
    status: 'online',
    version: VERSION,
    timestamp: expect.stringMatching(/Z$/),
  });
});

test('the contract has every route of the table, with its scope', async () => {
  const { body } = await invoke(handler, 'openapi');
  const { openapi, paths } = body as {
    openapi: string;
    paths: Record<string, Record<string, { operationId: string; security: object[] }>>;
  };
  expect(openapi).toMatch(/^3\.1/);
  for (const [name, route] of Object.entries(routes) as [string, Route][]) {
    const operation = paths[route.path]?.[route.method.toLowerCase()];
    expect(operation?.operationId).toBe(name);
    const scopes = route.access === 'any' ? [] : [route.access];
    if (route.access === 'open') expect(operation?.security).toEqual([]);
    else expect(operation?.security[0]).toEqual({ token: scopes });
  }
});

test('the contract says what may be sent and what may come', async () => {
  const { body } = await invoke(handler, 'openapi');
  const { paths, components } = body as {
    paths: Record<
      string,
      Record<string, { responses: object; parameters?: { name: string; schema: unknown }[] }>
    >;
    components: { schemas: Record<string, { properties: Record<string, { anyOf: object[] }> }> };
  };
  const later = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { responses }]) => '202' in responses)
      .map(([method]) => `${method} ${path}`),
  );
  expect(later).toContain('delete /operations/{id}');
  expect(later).toContain('get /devices/{device_id}/users');
  for (const none of ['get /devices', 'get /attendance/all', 'get /operations', 'post /sites'])
    expect(later).not.toContain(none);
  const { privilege, card } = components.schemas.UserCreate!.properties;
  expect(JSON.stringify(privilege)).toContain('[0,2,6,14]');
  expect(card!.anyOf[0]).toMatchObject({ type: 'number', minimum: 0, multipleOf: 1 });
  const limit = paths['/devices']!.get!.parameters!.find(({ name }) => name === 'limit');
  expect(limit!.schema).toMatchObject({ anyOf: [{ type: 'integer', minimum: 1, maximum: 5000 }, {}] });
});

async function text(name: 'docs' | 'docsAsset', file = ''): Promise<Answer> {
  let seen: Answer | null = null;
  await invoke(
    async (event, context) => {
      seen = (await handler(event, context)) as Answer;
      return { ...seen, body: '{}' };
    },
    name,
    { params: { file } },
  );
  if (seen === null) throw new Error('no answer');
  return seen;
}

test('the page and all it loads come from here', async () => {
  const page = await text('docs');
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  const loaded = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
  const files = loaded.filter((url) => !url.startsWith('data:'));
  expect(files.length).toBeGreaterThan(2);
  for (const file of files) {
    expect(file).toMatch(/^docs\//);
    const asset = await text('docsAsset', file.slice('docs/'.length));
    expect(asset.statusCode).toBe(200);
    expect(asset.headers['content-type']).toMatch(/^text\/(css|javascript); charset=utf-8$/);
    expect(asset.body.length).toBeGreaterThan(100);
  }
  for (const name of ['package.json', '../package.json', 'swagger-ui.js.map']) {
    expect((await text('docsAsset', name)).statusCode).toBe(404);
  }
});
