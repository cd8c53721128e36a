import { get } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '../../../shared/api/routes.ts';
import { Functions } from './invoke.ts';
import { Gateway } from './server.ts';

const functions = new Functions();
const failures: string[] = [];
let answer: (event: Record<string, unknown>) => unknown;
let gateway: Gateway;
let url: string;

beforeAll(async () => {
  gateway = await Gateway.start({
    port: 0,
    jwks: { keys: [{ kid: 'one' }] },
    // The open function is the real one; the others are the test's, to see what they are handed.
    invoke: async (name, event) => {
      if (name === 'public') return functions.invoke(name, event);
      if (name === 'authorizer') return { isAuthorized: true, context: { tenant: 'acme' } };
      return answer(event as Record<string, unknown>);
    },
    onError: (name) => failures.push(name),
  });
  url = `http://127.0.0.1:${gateway.port}`;
});
afterAll(() => gateway.stop(0));

describe('answers of functions', () => {
  test('the real open function is reached', async () => {
    const response = await fetch(`${url}/`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ success: true, status: 'online' });
  });

  test('the authorizer’s context is where functions look for it', async () => {
    answer = (event) => ({ statusCode: 200, body: JSON.stringify(event.requestContext) });
    const context = (await (await fetch(`${url}/devices`)).json()) as object;
    expect(context).toMatchObject({ authorizer: { lambda: { tenant: 'acme' } } });
  });

  test('headers, cookies, status and a base64 body are passed on', async () => {
    answer = () => ({
      statusCode: 202,
      headers: { Location: '/operations/1', 'Retry-After': 5 },
      cookies: ['a=1', 'b=2'],
      body: Buffer.from([0, 255, 1]).toString('base64'),
      isBase64Encoded: true,
    });
    const response = await fetch(`${url}/devices`);
    expect(response.status).toBe(202);
    expect(response.headers.get('location')).toBe('/operations/1');
    expect(response.headers.get('retry-after')).toBe('5');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from([0, 255, 1]));
  });

  test('an answer without a status is the body of a 200', async () => {
    answer = () => ({ hello: 'there' });
    const response = await fetch(`${url}/devices`);
    expect([response.status, await response.json()]).toEqual([200, { hello: 'there' }]);
  });

  test.each([
    ['throws', () => Promise.reject(new Error('the secret is 1234'))],
    ['answers over 6 MB', () => ({ statusCode: 200, body: 'x'.repeat(6 * 1024 * 1024 + 1) })],
    ['answers no status', () => ({ statusCode: 'fine' })],
  ])('a function that %s is a bare 500', async (_name, bad) => {
    answer = bad;
    const response = await fetch(`${url}/devices`);
    expect([response.status, await response.json()]).toEqual([500, { message: 'Internal Server Error' }]);
  });
});

describe('answers of the gateway', () => {
  test('no route is a 404 in the contract’s words, in the caller’s language', async () => {
    const spanish = await fetch(`${url}/nothing`);
    expect([spanish.status, await spanish.json()]).toEqual([
      404,
      { success: false, error: 'Ruta no encontrada.', code: 'route_not_found' },
    ]);
    const english = await fetch(`${url}/devices`, {
      method: 'PATCH',
      headers: { 'accept-language': 'en-GB' },
    });
    expect(await english.json()).toMatchObject({ error: 'Route not found.' });
    const ranked = await fetch(`${url}/nothing`, {
      headers: { 'accept-language': 'fr, es;q=0.5, en;q=0.8' },
    });
    expect(await ranked.json()).toMatchObject({ error: 'Route not found.' });
    expect(ranked.headers.get('cache-control')).toBe('no-store');
    expect(ranked.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('a body of 64 KB passes, a byte more is a 413', async () => {
    answer = (event) => ({ statusCode: 200, body: String(String(event.body).length) });
    const headers = { 'content-type': 'application/json' };
    const send = (length: number) =>
      fetch(`${url}/devices`, { method: 'POST', headers, body: 'x'.repeat(length) });
    expect(await (await send(64 * 1024)).text()).toBe('65536');
    const over = await send(64 * 1024 + 1);
    expect([over.status, await over.json()]).toMatchObject([413, { success: false, code: 'body_too_large' }]);
    const english = await fetch(`${url}/devices`, {
      method: 'POST',
      headers: { ...headers, 'accept-language': 'en' },
      body: 'x'.repeat(64 * 1024 + 1),
    });
    expect(await english.json()).toMatchObject({ error: 'The body is over 64 KB.' });
  });

  test('who sends megabytes sees the answer too', async () => {
    const body = Buffer.alloc(8 * 1024 * 1024);
    const response = await fetch(`${url}/devices`, { method: 'POST', body });
    expect([response.status, await response.json()]).toMatchObject([413, { code: 'body_too_large' }]);
  });

  test('a body that does not tell its length is cut off at 64 KB too', async () => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < 5; at++) controller.enqueue(new Uint8Array(16 * 1024));
        controller.close();
      },
    });
    const response = await fetch(`${url}/devices`, { method: 'POST', body, duplex: 'half' } as RequestInit);
    expect(response.status).toBe(413);
    await response.body?.cancel();
  });

  test('a flood of enrolments is let through up to the burst of its route, and other routes go on', async () => {
    answer = () => ({ statusCode: 200, body: '{}' });
    const { burst } = routes.agentEnroll.throttle;
    const enroll = () => fetch(`${url}/enroll`, { method: 'POST', body: '{}' });
    const flood = await Promise.all(Array.from({ length: 3 * burst }, enroll));
    const passed = flood.filter(({ status }) => status === 200).length;
    expect(passed).toBeGreaterThanOrEqual(burst);
    expect(passed).toBeLessThan(2 * burst);
    const refused = flood.find(({ status }) => status !== 200);
    expect([refused?.status, await refused?.json()]).toMatchObject([
      429,
      { code: 'too_many_requests', error: 'Demasiadas peticiones.' },
    ]);
    expect((await fetch(`${url}/devices`)).status).toBe(200);
  });

  test('the issuer’s keys are served', async () => {
    expect(await (await fetch(`${url}/.well-known/jwks.json`)).json()).toEqual({ keys: [{ kid: 'one' }] });
  });
});

describe('requests that are meant for another host', () => {
  const ask = (path: string, host: string, language = 'es') =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const headers = { host, 'accept-language': language };
      get(`${url}${path}`, { headers }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => {
          body += chunk.toString('utf8');
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      }).on('error', reject);
    });

  test.each([
    'evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example',
    'localhost.evil.example:8080',
    '10.0.0.1',
  ])('are refused with a sentence: %j', async (host) => {
    for (const path of ['/', '/devices', '/.well-known/jwks.json', '/nowhere']) {
      const { status, body } = await ask(path, host);
      expect([path, status, JSON.parse(body)]).toMatchObject([
        path,
        421,
        {
          success: false,
          code: 'wrong_host',
          error: `Este servidor solo responde en ${url}; la petición es para otro (Host: ${host}).`,
        },
      ]);
    }
  });

  test.each(['localhost:1', '127.0.0.1:8080', 'LOCALHOST', '127.0.0.1'])(
    'are those of tunnels not: %s',
    async (host) => {
      expect((await ask('/', host)).status).toBe(200);
    },
  );
});

test('a request that is no HTTP gets a sentence, and the next one is served', async () => {
  const socket = connect(gateway.port, '127.0.0.1');
  socket.end('GET /devices?search=N\u00fa\u00f1ez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  const answered = await text(socket);
  expect(answered).toMatch(/^HTTP\/1\.1 400 /);
  expect(JSON.parse(answered.split('\r\n\r\n')[1] ?? '')).toMatchObject({
    success: false,
    code: 'request_malformed',
  });
  expect((await fetch(`${url}/`)).status).toBe(200);
});
