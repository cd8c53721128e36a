import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startProxy } from '../testing/connect-proxy.ts';
import { folderOfEachTest } from '../testing/folder.ts';
import { examineCloud } from './cloud.ts';
import { certify, mutualServer } from './testing/identity.ts';
import { said } from './testing/said.ts';

const DAY = 86_400_000;
const NOW = Date.now();

const folder = folderOfEachTest();
const releases: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

const answer = (_request: unknown, response: ServerResponse) => void response.end('hello');

describe('the way to the cloud', () => {
  const server = async () => {
    const own = await certify(folder(), 'server', NOW - DAY, NOW + DAY);
    const good = await certify(folder(), 'good', NOW - DAY, NOW + DAY);
    const { port, stop } = await mutualServer({
      cert: readFileSync(own.certificate),
      key: readFileSync(own.key),
      ca: readFileSync(good.certificate),
    });
    releases.push(stop);
    return { endpoint: `localhost:${port}`, ...good, ca: own.certificate };
  };

  it('is right step by step', async () => {
    const findings = await examineCloud(await server(), 2000);
    expect(findings.map(({ subject, verdict }) => `${subject} ${verdict}`)).toEqual([
      'cloud: name ok',
      'cloud: port ok',
      'cloud: TLS ok',
    ]);
  });

  it('goes on by the next port where the first is shut, and says which way works', async () => {
    const { endpoint, ...files } = await server();
    const findings = await examineCloud({ endpoint: 'localhost', ...files }, 2000, ['localhost:1', endpoint]);
    expect(said(findings)).toEqual([
      expect.stringMatching(/^ok: localhost:1 does not answer: .* The agent takes the next way\.$/),
      expect.stringMatching(/^ok: localhost is /),
      `ok: ${endpoint} answers.`,
      'ok: Certificates of both sides are accepted.',
    ]);
  });

  it('names every port that is shut, and what to do, where none is open', async () => {
    const files = await certify(folder(), 'y', NOW - DAY, NOW + DAY);
    const ways = ['localhost:1', 'localhost:2'];
    const findings = await examineCloud({ endpoint: 'localhost', ...files }, 2000, ways);
    expect(said(findings)).toEqual([
      expect.stringMatching(/^failure: localhost:1 does not answer/),
      expect.stringMatching(/^failure: localhost:2 does not answer/),
    ]);
  });

  it('leads through the proxy, and ends at one that refuses', async () => {
    const cloud = await server();
    const proxy = await startProxy('ana:s3cret');
    releases.push(() => proxy.stop());
    const address = { host: '127.0.0.1', port: proxy.port };
    const through = { ...cloud, proxy: { ...address, username: 'ana', password: 's3cret' } };
    expect(said(await examineCloud(through, 2000))).toEqual([
      `ok: ${cloud.endpoint} answers through the proxy 127.0.0.1:${proxy.port}.`,
      'ok: Certificates of both sides are accepted.',
    ]);
    expect(said(await examineCloud({ ...cloud, proxy: address }, 2000))).toEqual([
      expect.stringMatching(
        /^failure: .* is not reached: the proxy .* answered 'HTTP\/1\.1 407 .*: it asks for a user name/,
      ),
    ]);
  });

  it('ends at a certificate that the cloud refuses', async () => {
    const cloud = await server();
    const revoked = await certify(folder(), 'revoked', NOW - DAY, NOW + DAY);
    const last = (await examineCloud({ ...cloud, ...revoked }, 2000)).at(-1);
    expect(last).toMatchObject({
      verdict: 'failure',
      found: expect.stringContaining('refuses this certificate'),
    });
  });

  it('ends at a server that is not the one that the CA speaks for', async () => {
    const cloud = await server();
    const last = (await examineCloud({ ...cloud, ca: cloud.certificate }, 2000)).at(-1);
    expect(last).toMatchObject({ verdict: 'failure', found: expect.stringContaining('No secure line') });
  });

  it('ends at a CA file that is not there, and says which', async () => {
    const cloud = { ...(await server()), ca: join(folder(), 'lost.pem') };
    const last = (await examineCloud(cloud, 2000)).at(-1);
    expect(last).toMatchObject({
      verdict: 'failure',
      found: `${join(folder(), 'lost.pem')} ('cloud.ca') is not there.`,
    });
  });

  it.each(['http', 'https'] as const)('ends at a web server in the place of the broker: %s', async (kind) => {
    const own = await certify(folder(), 'web', NOW - DAY, NOW + DAY);
    const files = { cert: readFileSync(own.certificate), key: readFileSync(own.key) };
    const web = kind === 'http' ? createHttpServer(answer) : createHttpsServer(files, answer);
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    releases.push(() => web.close());
    const { port } = web.address() as { port: number };
    const cloud = { endpoint: `localhost:${port}`, ...own, ca: own.certificate };
    const last = (await examineCloud(cloud, 2000)).at(-1);
    expect(last).toMatchObject({
      verdict: 'failure',
      found: expect.stringMatching(kind === 'http' ? /speaks plain HTTP/ : /is a web server/),
      next: expect.stringContaining("'cloud.endpoint'"),
    });
  });

  it('ends at a name that does not exist, a port that is shut, and one that says nothing', async () => {
    const files = await certify(folder(), 'x', NOW - DAY, NOW + DAY);
    const shut = await examineCloud({ endpoint: '127.0.0.1:1', ...files }, 2000);
    expect(said(shut)).toEqual([expect.stringMatching(/^failure: 127.0.0.1:1 does not answer/)]);
    const none = await examineCloud({ endpoint: 'no.such.host.invalid', ...files }, 5000);
    expect(said(none)).toEqual([expect.stringMatching(/^failure: no.such.host.invalid is not found/)]);
    const mute = createServer((socket) => socket.on('error', () => undefined).resume());
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    releases.push(() => mute.close());
    const { port } = mute.address() as { port: number };
    const last = (await examineCloud({ endpoint: `127.0.0.1:${port}`, ...files }, 300)).at(-1);
    expect(last).toMatchObject({
      verdict: 'failure',
      found: expect.stringContaining('nothing within 0.3 s'),
    });
  });
});
