import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Registry } from './registry.ts';

const SITE = { tenant: 'acme', site: 'norte' };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-registry-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const open = () => new Registry(join(folder, 'registry.json'));

test('a certificate speaks for a site only while active, attached to its thing, and with the policy', () => {
  const registry = open();
  registry.putThing('acme_norte', SITE);
  registry.add('c1');
  expect(registry.siteOf('c1')).toBeNull();
  registry.change('c1', { status: 'ACTIVE' });
  expect(registry.siteOf('c1')).toBeNull();
  registry.change('c1', { policy: true });
  expect(registry.siteOf('c1')).toBeNull();
  registry.change('c1', { thing: 'acme_norte' });
  expect(registry.siteOf('c1')).toEqual(SITE);
  registry.change('c1', { status: 'REVOKED' });
  expect(registry.siteOf('c1')).toBeNull();
});

test('what it knows outlasts the process, and nobody is found under names of every object', () => {
  open().admit('c1', SITE);
  const again = open();
  expect(again.siteOf('c1')).toEqual(SITE);
  expect(again.principals('acme_norte')).toEqual(['c1']);
  expect([again.siteOf('constructor'), again.thing('__proto__'), again.change('nobody', {})]).toEqual([
    null,
    null,
    false,
  ]);
});
