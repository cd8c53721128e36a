// npm run package: one tarball of the agent with everything it needs on a Linux machine, what it is made of, and its signed form for updates.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { versionSchema } from '../../shared/domain/agent-package.ts';
import { VERSION } from '../../shared/version.ts';
import { archive } from './archive.ts';
import { ARCHES, layOut } from './layout.ts';
import { nodeRuntime } from './node-runtime.ts';
import { billOfMaterials } from './sbom.ts';
import { publicHalf, writeNewKey, writeSigned } from './sign.ts';

const {
  key,
  newKey,
  floor = VERSION,
} = new Command('npm run package --')
  .description('Build the tarball of the agent, its SHA-256 and its bill of materials, in dist/')
  .option(
    '--key <file>',
    'sign it for updates with this private key, and pin its public half where the tarball is installed',
  )
  .option(
    '--new-key <file>',
    'make a key to sign with, and nothing else: FILE is for you alone, FILE.pub is the public half',
  )
  .option(
    '--floor <version>',
    'where this version has proved itself, none below that one is taken (default: itself)',
    version,
  )
  .parse()
  .opts<{ readonly key?: string; readonly newKey?: string; readonly floor?: string }>();

if (newKey !== undefined) {
  writeNewKey(newKey);
  process.stdout.write(
    `${newKey}: keep it, and a copy where no fire reaches both. Agents take updates that it has signed, and no others.\n`,
  );
  process.exit(0);
}

function version(text: string): string {
  if (versionSchema.safeParse(text).success) return text;
  throw new InvalidArgumentError('a version is three numbers: 1.2.3.');
}

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const NAME = `sereno-agent-${VERSION}`;
const MB = 1024 * 1024;

const folder = join(DIST, NAME);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const arches = await layOut(folder, nodeRuntime);
if (key !== undefined) writeFileSync(join(folder, 'update.pub'), publicHalf(key), { mode: 0o644 });
const missing = ARCHES.filter((arch) => !arches.includes(arch));
const name = `${NAME}-linux${missing.length === 0 ? '' : `-${arches.join('-')}`}.tar.gz`;
archive(folder, join(DIST, name));
rmSync(folder, { recursive: true, force: true });
const bytes = readFileSync(join(DIST, name));
const sum = createHash('sha256').update(bytes).digest('hex');
writeFileSync(join(DIST, `${name}.sha256`), `${sum}  ${name}\n`);
const bom = `${NAME}.cdx.json`;
const materials = billOfMaterials();
writeFileSync(join(DIST, bom), materials);
process.stdout.write(
  `dist/${name}: ${(statSync(join(DIST, name)).size / MB).toFixed(1)} MB for ${arches.join(' and ')}; dist/${bom}\n`,
);
if (key !== undefined) {
  const signed = name.replace(/\.tar\.gz$/, '.update');
  const platforms = arches.map((arch) => `linux-${arch}`);
  const facts = { version: VERSION, floor, platforms };
  const hash = writeSigned(join(DIST, signed), {
    ...{ tarball: join(DIST, name), keyFile: key, bom: materials, facts },
  });
  writeFileSync(join(DIST, `${signed}.sha256`), `${hash}  ${signed}\n`);
  process.stdout.write(`dist/${signed}: for updates, sha256 ${hash}\n`);
}
if (missing.length > 0) process.stderr.write(`Node for ${missing.join(', ')} was not to be had.\n`);
