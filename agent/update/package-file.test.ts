import { createHash, createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareVersions, type PackageManifest } from '../../shared/domain/agent-package.ts';
import { newSigningKeys, openPackage, packageLine, pinnedKey } from './package-file.ts';

const keys = newSigningKeys();
const key = createPrivateKey(keys.privateKey);
const pinned = pinnedKey(keys.publicKey);
const tarball = Buffer.from('what would be a tarball\nof several lines\n'.repeat(4000));
const manifest: PackageManifest = {
  product: 'sereno-agent',
  version: '1.2.3',
  floor: '1.0.0',
  platforms: ['linux-x64'],
  size: tarball.length,
  sha256: createHash('sha256').update(tarball).digest('hex'),
  sbom_sha256: 'b'.repeat(64),
};
const whole = Buffer.concat([packageLine(manifest, key), tarball]);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-package-file-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function opened(bytes: Uint8Array, by = pinned) {
  const file = join(folder, 'package');
  writeFileSync(file, bytes);
  return openPackage(file, by);
}

describe('a signed package', () => {
  it('tells what was signed, and where its tarball begins', async () => {
    const { manifest: found, from } = await opened(whole);
    expect(found).toEqual(manifest);
    expect(readFileSync(join(folder, 'package')).subarray(from)).toEqual(tarball);
  });

  it('is not taken if any one byte of it is another', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] ?? 0) ^ by;
        await expect(opened(changed)).rejects.toMatchObject({ name: 'PackageRefused' });
      }),
      // Most bytes are the tarball's: half of the runs change the line.
      { numRuns: 120, examples: Array.from({ length: 60 }, (_, at) => [at * 7, 1]) },
    );
  });

  it.each([
    ['shorter', whole.subarray(0, -1), 'size'],
    ['longer', Buffer.concat([whole, Buffer.from('x')]), 'size'],
    ['only a line', packageLine(manifest, key), 'size'],
    ['nothing', Buffer.alloc(0), 'signature'],
    ['a bare tarball', tarball, 'signature'],
    ['no line at all', Buffer.alloc(100_000, 0x41), 'signature'],
  ])('that is %s is refused, with its reason', async (_what, bytes, reason) => {
    await expect(opened(bytes)).rejects.toMatchObject({ reason });
  });

  it('of another key is refused', async () => {
    const other = pinnedKey(newSigningKeys().publicKey);
    await expect(opened(whole, other)).rejects.toMatchObject({ reason: 'signature' });
  });

  it('with a manifest that this version does not know, though signed, is refused', async () => {
    const later = { ...manifest, product: 'sereno-agent-2' } as unknown as PackageManifest;
    expect(() => packageLine(later, key)).toThrow();
  });
});

describe('versions', () => {
  it('are compared by number, not as texts', () => {
    expect(compareVersions('0.10.0', '0.9.9')).toBeGreaterThan(0);
    expect(compareVersions('1.0.0', '1.0.0')).toBe(0);
    expect(compareVersions('1.2.3', '2.0.0')).toBeLessThan(0);
  });

  it('have an order', () => {
    const version = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
});
