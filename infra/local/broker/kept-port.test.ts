import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listen, stopServer } from '../http.ts';
import { onKeptPort } from './kept-port.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-port-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, 'port');
async function start(port: number) {
  const server = createServer();
  return { server, port: await listen(server, port) };
}

test('the second run takes the port of the first, and another one while somebody else has it', async () => {
  const first = await onKeptPort(file(), start);
  const meanwhile = await onKeptPort(file(), start);
  expect(meanwhile.port).not.toBe(first.port);
  await stopServer(meanwhile.server, 0);
  const again = await onKeptPort(file(), start);
  expect(again.port).toBe(meanwhile.port);
  await Promise.all([stopServer(first.server, 0), stopServer(again.server, 0)]);
});

test('what is no port in the file is as none', async () => {
  writeFileSync(file(), 'nonsense');
  const { server, port } = await onKeptPort(file(), start);
  expect(readFileSync(file(), 'utf8')).toBe(String(port));
  await stopServer(server, 0);
});
