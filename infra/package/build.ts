// npm run package: one tarball of the agent with everything it needs on a Linux machine.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VERSION } from '../../shared/version.ts';
import { ARCHES, layOut } from './layout.ts';
import { nodeRuntime } from './node-runtime.ts';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const NAME = `sereno-agent-${VERSION}`;
const MB = 1024 * 1024;

const folder = join(DIST, NAME);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const arches = await layOut(folder, nodeRuntime);
const missing = ARCHES.filter((arch) => !arches.includes(arch));
const archive = `${NAME}-linux${missing.length === 0 ? '' : `-${arches.join('-')}`}.tar.gz`;
// The same sources make the same bytes: order, owners and times are fixed.
execFileSync(
  'tar',
  [
    ...['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=2000-01-01T00:00:00Z'],
    ...['--use-compress-program=gzip -n -6', '-cf', join(DIST, archive), '-C', DIST, NAME],
  ],
  { stdio: 'inherit' },
);
rmSync(folder, { recursive: true, force: true });
const bytes = readFileSync(join(DIST, archive));
const sum = createHash('sha256').update(bytes).digest('hex');
writeFileSync(join(DIST, `${archive}.sha256`), `${sum}  ${archive}\n`);
process.stdout.write(
  `dist/${archive}: ${(statSync(join(DIST, archive)).size / MB).toFixed(1)} MB for ${arches.join(' and ')}\n`,
);
if (missing.length > 0) process.stderr.write(`Node for ${missing.join(', ')} was not to be had.\n`);
