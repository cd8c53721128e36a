// Node for the processor that this machine does not have: npm installs only its own, so the package is fetched by name
// and checked against the lock file.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { type Arch, installedNode } from './layout.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CACHE = join(ROOT, 'node_modules', '.cache', 'sereno', 'node');

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string().optional(), integrity: z.string().optional() }),
  ),
});

/** The file of Node for `arch`; null if the registry does not have it. @throws Error if it is not what the lock file names */
export function nodeRuntime(arch: Arch): string | null {
  const installed = installedNode(arch);
  if (installed !== null) return installed;
  const name = `node-linux-${arch}`;
  const lock = lockSchema.parse(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));
  const { version, integrity } = lock.packages[`node_modules/${name}`] ?? {};
  if (version === undefined || integrity === undefined) return null;
  const folder = join(CACHE, `${name}-${version}`);
  const node = join(folder, 'package', 'bin', 'node');
  if (existsSync(node)) return node;
  mkdirSync(folder, { recursive: true });
  const archive = join(folder, `${name}-${version}.tgz`);
  try {
    const args = ['pack', `${name}@${version}`, '--pack-destination', folder, '--silent'];
    execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  } catch {
    return null;
  }
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found !== integrity) throw new Error(`${archive} is not what package-lock.json names`);
  execFileSync('tar', ['-xzf', archive, '-C', folder, 'package/bin/node']);
  return node;
}
