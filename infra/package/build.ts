// npm run package: one tarball of the agent with everything it needs on a Linux machine, and what it is made of.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { VERSION } from '../../shared/version.ts';
import { archive } from './archive.ts';
import { ARCHES, layOut } from './layout.ts';
import { nodeRuntime } from './node-runtime.ts';
import { billOfMaterials } from './sbom.ts';

new Command('npm run package --')
  .description('Build the tarball of the agent, its SHA-256 and its bill of materials, in dist/')
  .parse();

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const NAME = `sereno-agent-${VERSION}`;
const MB = 1024 * 1024;

const folder = join(DIST, NAME);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const arches = await layOut(folder, nodeRuntime);
const missing = ARCHES.filter((arch) => !arches.includes(arch));
const name = `${NAME}-linux${missing.length === 0 ? '' : `-${arches.join('-')}`}.tar.gz`;
archive(folder, join(DIST, name));
rmSync(folder, { recursive: true, force: true });
const bytes = readFileSync(join(DIST, name));
const sum = createHash('sha256').update(bytes).digest('hex');
writeFileSync(join(DIST, `${name}.sha256`), `${sum}  ${name}\n`);
const bom = `${NAME}.cdx.json`;
writeFileSync(join(DIST, bom), billOfMaterials());
process.stdout.write(
  `dist/${name}: ${(statSync(join(DIST, name)).size / MB).toFixed(1)} MB for ${arches.join(' and ')}; dist/${bom}\n`,
);
if (missing.length > 0) process.stderr.write(`Node for ${missing.join(', ')} was not to be had.\n`);
