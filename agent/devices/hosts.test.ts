import { describe, expect, it } from 'vitest';
import { isAllowedHost } from './hosts.ts';

const rules = { allowHosts: ['puerta.lan', '203.0.113.9'], allowLoopback: false };

describe('a host registered over the API', () => {
  it.each(['10.0.0.1', '10.255.255.255', '172.16.0.9', '172.31.255.1', '192.168.7.7'])(
    '%s may be had: it is private',
    (host) => expect(isAllowedHost(host, rules)).toBe(true),
  );

  it.each(['puerta.lan', 'PUERTA.lan', '203.0.113.9'])(
    "%s may be had: the operator's file names it",
    (host) => expect(isAllowedHost(host, rules)).toBe(true),
  );

  it.each([
    '8.8.8.8',
    '172.15.0.1',
    '172.32.0.1',
    '192.169.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '127.0.0.1',
    '0.0.0.0',
    '192.168.1.300',
    '192.168.001.001',
    '0x0a000001',
    '167772161',
    '10.1',
    '::ffff:10.0.0.1',
    'fd00::1',
    'puerta.lan.evil.example',
    'router.lan',
    'localhost',
  ])('%s may not', (host) => expect(isAllowedHost(host, rules)).toBe(false));

  it('may be on loopback where terminals are simulated, and nowhere else', () => {
    expect(isAllowedHost('127.0.0.5', { ...rules, allowLoopback: true })).toBe(true);
    expect(isAllowedHost('127.1', { ...rules, allowLoopback: true })).toBe(false);
  });
});
