import { expect, test } from 'vitest';
import { toAuthorizerEvent, toEvent } from './event.ts';
import { matchRoute } from './routing.ts';

function eventOf(method: string, url: string, headers: Record<string, string> = {}, body = '') {
  const match = matchRoute(method, url.split('?')[0] ?? '');
  if (match === null) throw new Error(`no route for ${method} ${url}`);
  return toEvent(match, { method, url, headers, body: Buffer.from(body), sourceIp: '127.0.0.1' });
}

test('path parameters are decoded, the raw path is left as it came', () => {
  const event = eventOf('PUT', '/devices/sala%20a/users/%C3%B1%2F1');
  expect(event.routeKey).toBe('PUT /devices/{device_id}/users/{user_id}');
  expect(event.requestContext.routeKey).toBe(event.routeKey);
  expect(event.rawPath).toBe('/devices/sala%20a/users/%C3%B1%2F1');
  expect(event.pathParameters).toEqual({ device_id: 'sala a', user_id: 'ñ/1' });
  expect(event.requestContext.http).toMatchObject({
    method: 'PUT',
    path: event.rawPath,
    sourceIp: '127.0.0.1',
  });
});

test('repeated query parameters are joined by commas', () => {
  const event = eventOf('GET', '/operations?state=running&device=a%20b&state=failed&empty=');
  expect(event.rawQueryString).toBe('state=running&device=a%20b&state=failed&empty=');
  expect(event.queryStringParameters).toEqual({ state: 'running,failed', device: 'a b', empty: '' });
  expect(eventOf('GET', '/operations')).not.toHaveProperty('queryStringParameters');
});

test('a JSON body comes as text, a body of any other type in base64', () => {
  const json = eventOf(
    'POST',
    '/devices',
    { 'content-type': 'application/json; charset=utf-8' },
    '{"a":"ñ"}',
  );
  expect(json).toMatchObject({ body: '{"a":"ñ"}', isBase64Encoded: false });
  const form = eventOf(
    'POST',
    '/devices',
    { 'content-type': 'application/x-www-form-urlencoded' },
    '{"a":"ñ"}',
  );
  expect(form.isBase64Encoded).toBe(true);
  expect(Buffer.from(form.body ?? '', 'base64').toString()).toBe('{"a":"ñ"}');
  expect(eventOf('POST', '/devices')).not.toHaveProperty('body');
});

test('cookies are left out, other headers are kept', () => {
  const event = eventOf('GET', '/', { cookie: 'a=1', 'x-test': 'yes', 'accept-language': 'en' });
  expect(event.headers).toEqual({ 'x-test': 'yes', 'accept-language': 'en' });
});

test('the authorizer is told the same request without its body', () => {
  const event = eventOf('POST', '/devices', { authorization: 'Bearer x' }, 'secret');
  const asked = toAuthorizerEvent(event);
  expect(asked).toMatchObject({ version: '2.0', type: 'REQUEST', routeKey: 'POST /devices' });
  expect(asked.headers).toEqual({ authorization: 'Bearer x' });
  expect(JSON.stringify(asked)).not.toContain(Buffer.from('secret').toString('base64'));
});

test('literal segments win over parameters, and what is no route is none', () => {
  expect(matchRoute('GET', '/attendance/all')?.route.path).toBe('/attendance/all');
  expect(matchRoute('GET', '/docs')?.route.path).toBe('/docs');
  for (const path of ['/nothing', '/devices/', '//', '/devices/a/users/b/c', '/devices/%zz/ping', '']) {
    expect(matchRoute('GET', path)).toBeNull();
  }
  expect(matchRoute('PATCH', '/devices')).toBeNull();
});
