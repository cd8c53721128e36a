// Builds the console into a folder that is named after its sources, so that what was built before is found and never stale.
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCES = join(ROOT, 'cloud', 'console');
const BUILT = join(ROOT, 'dist', 'console');
const THIS = fileURLToPath(import.meta.url);
/** Of the digest that names a folder. */
const NAME_LENGTH = 16;

/** What the files of the console and the versions of its packages come to. */
function digest(): string {
  const hash = createHash('sha256').update(readFileSync(join(ROOT, 'package-lock.json')));
  const names = readdirSync(SOURCES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.d\.ts$|\.test\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  for (const name of names.sort()) hash.update(name.slice(SOURCES.length)).update(readFileSync(name));
  return hash.digest('hex').slice(0, NAME_LENGTH);
}

async function build(folder: string): Promise<void> {
  const { build: bundle } = await import('vite');
  mkdirSync(BUILT, { recursive: true });
  const making = mkdtempSync(join(BUILT, 'making-'));
  try {
    await bundle({
      configFile: join(SOURCES, 'vite.config.ts'),
      root: SOURCES,
      logLevel: 'warn',
      build: { outDir: making, emptyOutDir: true },
    });
    for (const name of readdirSync(BUILT)) {
      const isOld = !name.startsWith('making-') && join(BUILT, name) !== folder;
      if (isOld) rmSync(join(BUILT, name), { recursive: true, force: true });
    }
    // Somebody else may have been faster with the same.
    if (!existsSync(folder)) renameSync(making, folder);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

let building: Promise<string> | null = null;

/** The folder of the built console; it is built where nobody has built it yet, in a process of its own: a second or two. */
export function consoleFolder(): Promise<string> {
  building ??= (async () => {
    const folder = join(BUILT, digest());
    if (!existsSync(folder)) await promisify(execFile)(process.execPath, [THIS], { cwd: ROOT });
    return folder;
  })();
  building.catch(() => {
    building = null;
  });
  return building;
}

/** The same for a caller who cannot wait otherwise. */
export function consoleFolderSync(): string {
  const folder = join(BUILT, digest());
  if (!existsSync(folder)) execFileSync(process.execPath, [THIS], { cwd: ROOT });
  return folder;
}

if (import.meta.main) {
  // Whoever asks may be a test; what is built is what everybody gets.
  process.env.NODE_ENV = 'production';
  const folder = join(BUILT, digest());
  if (!existsSync(folder)) await build(folder);
  process.stdout.write(`${folder}\n`);
}
