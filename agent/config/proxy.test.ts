import { expect, test } from 'vitest';
import { proxyOf, proxyUrlFor } from './proxy.ts';

test.each([
  ['http://proxy.lan:3128', { host: 'proxy.lan', port: 3128 }],
  ['http://10.0.0.1', { host: '10.0.0.1', port: 80 }],
  ['http://ana:p%40ss@proxy.lan:8080/', { host: 'proxy.lan', port: 8080, username: 'ana', password: 'p@ss' }],
  ['https://proxy.lan:3128', null],
  ['proxy.lan:3128', null],
  ['http://proxy.lan:3128/path', null],
  ['socks5://proxy.lan:1080', null],
])('%s is %o', (text, address) => {
  expect(proxyOf(text)).toEqual(address);
});

test.each(['127.0.0.1', 'localhost', '[::1]'])('%s is never reached through a proxy', (host) => {
  expect(proxyUrlFor(host, { HTTPS_PROXY: 'http://p:1' })).toBeNull();
});

const HOST = 'x-ats.iot.eu-west-1.amazonaws.com';
test.each([
  [{}, null],
  [{ HTTPS_PROXY: 'http://p:1' }, 'http://p:1'],
  [{ https_proxy: 'http://p:2' }, 'http://p:2'],
  [{ HTTP_PROXY: 'http://p:3' }, null],
  [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'localhost, .amazonaws.com' }, null],
  [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'amazonaws.com:443' }, null],
  [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'X-ATS.iot.eu-west-1.amazonaws.com' }, null],
  [{ HTTPS_PROXY: 'http://p:1', no_proxy: '*' }, null],
  [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'onaws.com,ats.iot.eu-west-1.amazonaws.com' }, 'http://p:1'],
])('with %o the way to the broker goes through %s', (environment, proxy) => {
  expect(proxyUrlFor(HOST, environment)).toBe(proxy);
});
