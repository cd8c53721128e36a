import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { planFromFiles } from './plan.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-plan-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const device = (id: string): string => `devices:\n  - { id: ${id}, host: 192.168.1.201 }\n`;

test('the tenant is local where the file names none, and settings stay as written', () => {
  const [plan] = planFromFiles([file('a.yaml', `site: norte\nundo_days: 3\n${device('puerta')}`)]);
  expect(plan).toMatchObject({ site: { tenant: 'local', site: 'norte' }, devices: ['puerta'] });
  expect(plan?.config).toMatchObject({ undo_days: 3, devices: [{ id: 'puerta', host: '192.168.1.201' }] });
});

test('a wrong file is refused with file, line and key', () => {
  const path = file('a.yaml', 'site: norte\ncolour: blue\n');
  expect(() => planFromFiles([path])).toThrow(/a\.yaml:2: colour/);
});

test('one device id cannot be at two branches of a tenant', () => {
  const files = [
    file('a.yaml', `site: norte\n${device('puerta')}`),
    file('b.yaml', `site: sur\n${device('puerta')}`),
  ];
  expect(() => planFromFiles(files)).toThrow("'puerta' is at both 'norte' and 'sur'");
});

test('another tenant may use the same device id', () => {
  const files = [
    file('a.yaml', `site: norte\n${device('puerta')}`),
    file('b.yaml', `site: sur\ntenant: acme\n${device('puerta')}`),
  ];
  expect(planFromFiles(files)).toHaveLength(2);
});
