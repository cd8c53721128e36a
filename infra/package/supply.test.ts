// What a package and the functions are made of: licences, bill of materials, and a lock file that names every byte.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { bundleFunction, bundleParts } from '../cdk/bundle.ts';
import { NOTICES_FILE } from '../notices.ts';
import { billOfMaterials } from './sbom.ts';

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({
      integrity: z.string().optional(),
      resolved: z.string().optional(),
      inBundle: z.boolean().optional(),
    }),
  ),
});
const { packages } = lockSchema.parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));

/** Packages that bring others inside their own tarball, whose integrity covers them: these have no tarball to hash. */
const BRING_OTHERS = ['node_modules/aws-cdk-lib', 'node_modules/@aws-cdk/cloud-assembly-schema'];

test('every entry of the lock file has a hash, but for what lies inside the hashed tarball of another', () => {
  const without = Object.entries(packages).filter(([path, entry]) => path !== '' && !entry.integrity);
  for (const [path, entry] of without) {
    const owner = BRING_OTHERS.find((name) => path.startsWith(`${name}/node_modules/`));
    expect([path, entry.inBundle, owner && packages[owner]?.integrity]).toEqual([
      path,
      true,
      expect.stringMatching(/^sha512-/),
    ]);
  }
  const used = BRING_OTHERS.filter((name) => without.some(([path]) => path.startsWith(name)));
  expect(used).toEqual(BRING_OTHERS);
});

test('the hashes are SHA-512', () => {
  const weak = Object.entries(packages).filter(
    ([, { integrity }]) => integrity && !/^sha512-/.test(integrity),
  );
  expect(weak.map(([path]) => path)).toEqual([]);
});

test('a function has the licences of all that is bundled into it beside it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sereno-notices-'));
  try {
    bundleFunction('public', folder);
    const text = readFileSync(join(folder, NOTICES_FILE), 'utf8');
    const names = bundleParts('public').flatMap(([name, bytes]) =>
      name !== 'sereno' && bytes > 0 ? [name] : [],
    );
    expect(names.length).toBeGreaterThan(3);
    for (const name of [...names, 'swagger-ui-dist']) expect(text).toContain(`\n${name} `);
    expect(text).toContain('Permission is hereby granted');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the bill of materials names what the agent is made of, with hashes, and nothing of development alone', () => {
  const bom = JSON.parse(billOfMaterials());
  const names = bom.components.map(({ name }: { name: string }) => name);
  expect(names).toEqual(expect.arrayContaining(['aws-crt', 'zod', 'pino']));
  expect(names).not.toContain('vitest');
  expect(bom).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'sereno' } } });
  const zod = bom.components.find(({ name }: { name: string }) => name === 'zod');
  expect(zod.hashes).toEqual([{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }]);
});
