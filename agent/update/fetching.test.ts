import { createHash, createPrivateKey } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { fetchPackage } from './fetching.ts';
import { newSigningKeys, packageLine, pinnedKey } from './package-file.ts';

const keys = newSigningKeys();
const tarball = Buffer.from('a tarball');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const manifest = {
  product: 'sereno-agent' as const,
  version: '1.1.0',
  floor: '1.0.0',
  platforms: ['linux-x64'],
  size: tarball.length,
  sha256: sha256(tarball),
  sbom_sha256: 'b'.repeat(64),
};
const whole = Buffer.concat([packageLine(manifest, createPrivateKey(keys.privateKey)), tarball]);

let folder: string;
let server: Server;
let url: string;
let answers: { readonly status: number; readonly body: Uint8Array }[] = [];
let asked = 0;
let paused: number[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-fetching-'));
  server = createServer((_request, response) => {
    const { status, body } = answers[Math.min(asked++, answers.length - 1)]!;
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/agent.update`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  asked = 0;
  paused = [];
});

function fetched(from = url, hash = sha256(whole)) {
  const ports = {
    file: join(folder, 'package'),
    key: () => pinnedKey(keys.publicKey),
    sleep: async (ms: number) => void paused.push(ms),
    log: pino({ level: 'silent' }),
  };
  return fetchPackage(ports, { id: '01HZZZZZZZZZZZZZZZZZZZZZZ0', version: '1.1.0', url: from, sha256: hash });
}

test('a package is fetched whole, and lies where it was to', async () => {
  answers = [{ status: 200, body: whole }];
  expect(await fetched()).toEqual(manifest);
  expect(readFileSync(join(folder, 'package'))).toEqual(whole);
});

test('what comes after a server that was down for a moment is taken', async () => {
  answers = [
    { status: 503, body: Buffer.alloc(0) },
    { status: 502, body: Buffer.alloc(0) },
    { status: 200, body: whole },
  ];
  expect(await fetched()).toEqual(manifest);
  expect(paused).toEqual([5000, 30_000]);
});

test('an address that has no package is not asked again', async () => {
  answers = [{ status: 404, body: Buffer.alloc(0) }];
  await expect(fetched()).rejects.toMatchObject({ reason: 'download' });
  expect([asked, paused]).toEqual([1, []]);
});

test('a server that stays down is given up after four tries', async () => {
  answers = [{ status: 500, body: Buffer.alloc(0) }];
  await expect(fetched()).rejects.toMatchObject({ reason: 'download' });
  expect(asked).toBe(4);
});

test('what is signed, but not what was asked for, is refused and leaves nothing', async () => {
  answers = [{ status: 200, body: whole }];
  await expect(fetched(url, 'd'.repeat(64))).rejects.toMatchObject({ reason: 'hash' });
  expect(existsSync(join(folder, 'package'))).toBe(false);
});

test('nothing is fetched in clear from another machine', async () => {
  await expect(fetched('http://packages.example/agent.update')).rejects.toMatchObject({ reason: 'download' });
  expect(paused).toEqual([]);
});

test('a file of this machine is taken; one that is not there is refused', async () => {
  const file = join(folder, 'given');
  writeFileSync(file, whole);
  expect(await fetched(pathToFileURL(file).href)).toEqual(manifest);
  await expect(fetched(pathToFileURL(`${file}-not`).href)).rejects.toMatchObject({ reason: 'download' });
});
