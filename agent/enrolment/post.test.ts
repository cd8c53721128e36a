// A POST through a proxy with real sockets: TLS goes through the tunnel, so the proxy sees where to, and nothing of what.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { certify } from '../doctor/testing/identity.ts';
import { startProxy } from '../testing/connect-proxy.ts';
import { folderOfEachTest } from '../testing/folder.ts';
import { exchange } from './exchange.ts';
import { postJson } from './post.ts';

const DAY = 86_400_000;
const folder = folderOfEachTest();
const releases: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

/** An API that gives back what it gets, under a certificate that this process believes. */
async function api() {
  const own = await certify(folder(), 'api', Date.now() - DAY, Date.now() + DAY);
  const [cert, key] = [readFileSync(own.certificate, 'utf8'), readFileSync(own.key, 'utf8')];
  const usual = getCACertificates('default');
  setDefaultCACertificates([...usual, cert]);
  releases.push(() => setDefaultCACertificates(usual));
  const server = createServer({ cert, key }, (request, response) => {
    void text(request).then((body) => {
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ method: request.method, url: request.url, body }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  releases.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `localhost:${(server.address() as AddressInfo).port}`;
}

async function proxyOf(credentials?: string) {
  const proxy = await startProxy(credentials);
  releases.push(() => proxy.stop());
  return proxy;
}

const signal = () => AbortSignal.timeout(10_000);

test('goes through the proxy to the API, with the name and password that the proxy asks for', async () => {
  const at = await api();
  const proxy = await proxyOf('ana:s3cret');
  const address = { host: '127.0.0.1', port: proxy.port, username: 'ana', password: 's3cret' };
  const posted = await postJson(new URL(`https://${at}/enroll`), '{"token":"t"}', {
    proxy: address,
    signal: signal(),
  });
  expect([posted.status, JSON.parse(posted.text)]).toEqual([
    201,
    { method: 'POST', url: '/enroll', body: '{"token":"t"}' },
  ]);
  expect(proxy.asked).toEqual([at]);
});

test('ends with what the proxy said where it refuses, and the API hears nothing', async () => {
  const proxy = await proxyOf('ana:s3cret');
  const sent = exchange({
    ...{ url: `https://${await api()}`, token: 't', csr: 'c', pausesMs: [] },
    proxy: { host: '127.0.0.1', port: proxy.port },
  });
  await expect(sent).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining("answered 'HTTP/1.1 407"),
  });
});

test('what stays on this machine goes through no proxy', async () => {
  const proxy = await proxyOf();
  const sent = postJson(new URL('http://127.0.0.1:1/enroll'), '{}', {
    proxy: { host: '127.0.0.1', port: proxy.port },
    signal: signal(),
  });
  await expect(sent).rejects.toThrow();
  expect(proxy.asked).toEqual([]);
});
