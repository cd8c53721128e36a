// How a function becomes what Lambda runs: one file with only what it needs, and the files that must lie beside it.
import { copyFileSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync } from 'esbuild';
import { CONSOLE_FOLDER } from '../../cloud/console-door/files.ts';
import { SWAGGER_FILES } from '../../cloud/rest/docs/assets.ts';
import { consoleFolderSync } from '../console/build.ts';
import { NOTICES_FILE, noticesOf, packagesIn } from '../notices.ts';

const FUNCTIONS = fileURLToPath(new URL('../../cloud/functions/', import.meta.url));

const SWAGGER = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

/** The file of a bundle, and the handler's name for Lambda. */
export const BUNDLE_FILE = 'index.js';
export const BUNDLE_HANDLER = 'index.handler';

/**
 * CommonJS: Node loads the same code in 150 ms instead of 215 as an ES module (users function, medians of 11 runs
 * side by side on 2 cores).
 */
const options = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  // Packages' ES modules first: of those esbuild keeps only what is used. zod's CommonJS brings all its languages.
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  // Files beside the bundle are found by its own URL, which CommonJS does not have.
  banner: { js: "const bundleUrl=require('node:url').pathToFileURL(__filename).href;" },
  define: { 'import.meta.url': 'bundleUrl' },
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** Whether `cloud/functions/{name}.ts` exists: a function without a file is not deployed. */
export function isWritten(name: string): boolean {
  return existsSync(join(FUNCTIONS, `${name}.ts`));
}

/** swagger-ui's files are read at run time, so that only a call of /docs pays for their 1.7 MB. */
function copySwagger(folder: string): void {
  const to = join(folder, 'swagger-ui');
  mkdirSync(to, { recursive: true });
  for (const file of SWAGGER_FILES) copyFileSync(join(SWAGGER, file), join(to, file));
}

/**
 * Builds one function of `cloud/functions` into a folder, with the licences of what it holds.
 *
 * @throws esbuild's BuildFailure
 */
export function bundleFunction(name: string, folder: string): void {
  const { metafile } = buildSync({
    ...options,
    entryPoints: [join(FUNCTIONS, `${name}.ts`)],
    outfile: join(folder, BUNDLE_FILE),
    metafile: true,
  });
  const packages = packagesIn(metafile);
  if (name === 'public') {
    copySwagger(folder);
    packages.push(SWAGGER);
  }
  if (name === 'console') cpSync(consoleFolderSync(), join(folder, CONSOLE_FOLDER), { recursive: true });
  writeFileSync(join(folder, NOTICES_FILE), noticesOf(packages));
}

/** What a function's bundle is made of: bytes by package, largest first; `sereno` is the code of this repository. */
export function bundleParts(name: string): [packageName: string, bytes: number][] {
  const { metafile } = buildSync({
    ...options,
    entryPoints: [join(FUNCTIONS, `${name}.ts`)],
    outfile: BUNDLE_FILE,
    write: false,
    metafile: true,
  });
  const parts = new Map<string, number>();
  for (const [file, { bytesInOutput }] of Object.entries(metafile.outputs[BUNDLE_FILE]?.inputs ?? {})) {
    const owner = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? 'sereno';
    parts.set(owner, (parts.get(owner) ?? 0) + bytesInOutput);
  }
  return [...parts].sort(([, a], [, b]) => b - a);
}
