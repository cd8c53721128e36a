// No webhook reaches an address outside the public internet, however it is written or looked up.
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  type ExtraNetwork,
  ForbiddenAddress,
  guardedLookup,
  literalAddress,
  mayConnect,
} from './addresses.ts';
import { Sender } from './sender.ts';
import { startReceiver } from './testing/receiver.ts';

const none = new Set<ExtraNetwork>();

test.each([
  '127.0.0.1',
  '127.8.8.8',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '100.64.0.1',
  '169.254.169.254',
  '169.254.170.2',
  '0.0.0.0',
  '255.255.255.255',
  '224.0.0.1',
  '198.18.0.1',
  '192.0.2.1',
  '::',
  '::1',
  'fe80::1',
  'fd00:ec2::254',
  'fc00::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001:db8::1',
  'example.com',
  '',
])('%s is not connected to', (address) => {
  expect(mayConnect(address, none)).toBe(false);
});

test.each([
  '1.1.1.1',
  '8.8.8.8',
  '52.95.110.1',
  '172.32.0.1',
  '100.128.0.1',
  '2606:4700::1111',
  '::ffff:8.8.8.8',
])('%s is connected to', (address) => {
  expect(mayConnect(address, none)).toBe(true);
});

test('the settings open private networks and this machine, and metadata never', () => {
  const all = new Set<ExtraNetwork>(['private', 'loopback']);
  for (const address of ['10.1.2.3', '127.0.0.1', '::1', 'fc00::1'])
    expect(mayConnect(address, all)).toBe(true);
  for (const address of ['169.254.169.254', 'fd00:ec2::254', '0.0.0.0', 'fe80::1']) {
    expect(mayConnect(address, all)).toBe(false);
  }
  expect(mayConnect('127.0.0.1', new Set(['private']))).toBe(false);
});

test.each([
  'http://2130706433/',
  'http://0x7f.1/',
  'http://127.1/',
  'http://0177.0.0.1/',
  'http://[::1]/',
  'http://[::ffff:127.0.0.1]/',
])('%s is an address, however it is written', (text) => {
  const address = literalAddress(new URL(text));
  expect(address).not.toBeNull();
  expect(mayConnect(address ?? '', none)).toBe(false);
});

describe('a name', () => {
  test('that leads to a forbidden address is not connected to', async () => {
    const lookup = promisify(guardedLookup(none));
    await expect(lookup('localhost', { all: true })).rejects.toBeInstanceOf(ForbiddenAddress);
  });

  test('is looked up for the connection itself: what was checked before counts for nothing', async () => {
    const receiver = await startReceiver();
    const sender = new Sender(new Set(['private']), Date.now);
    try {
      const url = receiver.url.replace('127.0.0.1', 'localhost');
      const attempt = await sender.send({ url, secrets: [] }, { id: 'x', body: '{}' });
      expect(attempt).toMatchObject({ delivered: false, error: 'address_forbidden' });
      expect(receiver.got).toEqual([]);
    } finally {
      sender.close();
      await receiver.close();
    }
  });
});
