// How a package of the agent is laid out: one bundle, and for each processor Node and the native part of aws-crt.
import { constants, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { settleModes } from '../../agent/service/modes.ts';
import { MALLOC_ENVIRONMENT, NODE_FLAGS } from '../agent-memory.ts';
import { NOTICES_FILE, noticesOf, packagesIn } from '../notices.ts';
import { PAGES, packaged } from './pages.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export const ARCHES = ['x64', 'arm64'] as const;
export type Arch = (typeof ARCHES)[number];

/** ES modules have neither of these, and CommonJS packages need both. */
const BANNER = [
  "import{createRequire as sereno_require}from'node:module';",
  'const require=sereno_require(import.meta.url);const __dirname=import.meta.dirname;',
  'const __filename=import.meta.filename;',
].join('');

/**
 * `uname -m` picks the processor; aws-crt is told where its native part is, since a bundle has no node_modules.
 */
const WRAPPER = `#!/bin/sh
# Runs the agent on the Node that came with it.
set -eu
home=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
case $(uname -m) in
  x86_64) arch=x64 ;;
  aarch64) arch=arm64 ;;
  *) echo "sereno-agent: no package for $(uname -m)" >&2; exit 1 ;;
esac
if [ -d /etc/sereno ]; then
  : "\${SERENO_CONFIG:=/etc/sereno/agent.yaml}" "\${SERENO_DATA:=/var/lib/sereno}"
  export SERENO_CONFIG SERENO_DATA
fi
# As the service has them: the doctor sees the same comm keys.
if [ -r /etc/sereno/environment ]; then
  set -- --env-file=/etc/sereno/environment "$home/lib/agent.mjs" "$@"
else
  set -- "$home/lib/agent.mjs" "$@"
fi
export AWS_CRT_NODEJS_BINARY_ABSOLUTE_PATH="$home/crt/$arch/aws-crt-nodejs.node" ${assignments(MALLOC_ENVIRONMENT)}
exec "$home/node/$arch/node" ${NODE_FLAGS.join(' ')} --disable-warning=ExperimentalWarning "$@"
`;

/** Small: it runs for the minutes of an update, and waits most of them. */
const UPDATER_WRAPPER = `#!/bin/sh
# Runs the updater on the Node that came with it.
set -eu
home=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
case $(uname -m) in
  x86_64) arch=x64 ;;
  aarch64) arch=arm64 ;;
  *) echo "sereno-updater: no package for $(uname -m)" >&2; exit 1 ;;
esac
exec "$home/node/$arch/node" ${NODE_FLAGS.join(' ')} --disable-warning=ExperimentalWarning "$home/lib/updater.mjs" "$@"
`;

/** As a shell reads them. */
function assignments(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

/** Where Node for a processor comes from; null if it is not available. */
export type NodeSource = (arch: Arch) => string | null;

/** Node as npm installed it for this machine. */
export const installedNode: NodeSource = (arch) => {
  const file = join(ROOT, 'node_modules', `node-linux-${arch}`, 'bin', 'node');
  return existsSync(file) ? file : null;
};

/**
 * Lays a package out in `folder`.
 *
 * @param version that the programs say they are, for tests of updates; else the one of these sources
 * @returns the processors that it is for: those whose Node was to be had
 * @throws esbuild's BuildFailure, the file system's errors
 */
export async function layOut(folder: string, nodeOf: NodeSource, version?: string): Promise<Arch[]> {
  const put = (from: string, to: string) => {
    const target = join(folder, to);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(from, target, constants.COPYFILE_FICLONE);
  };
  const done: Arch[] = [];
  for (const arch of ARCHES) {
    const node = nodeOf(arch);
    if (node === null) continue;
    const native = `node_modules/aws-crt/dist/bin/linux-${arch}-glibc/aws-crt-nodejs.node`;
    put(node, `node/${arch}/node`);
    put(join(ROOT, native), `crt/${arch}/aws-crt-nodejs.node`);
    done.push(arch);
  }
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'bin', 'sereno-agent'), WRAPPER);
  writeFileSync(join(folder, 'bin', 'sereno-updater'), UPDATER_WRAPPER);
  put(join(ROOT, 'LICENSE'), 'LICENSE');
  mkdirSync(join(folder, 'docs'), { recursive: true });
  for (const page of PAGES)
    writeFileSync(join(folder, page), packaged(page, readFileSync(join(ROOT, page), 'utf8')));
  const { metafile } = await build({
    entryPoints: { agent: join(ROOT, 'agent', 'cli.ts'), updater: join(ROOT, 'agent', 'updater.ts') },
    outdir: join(folder, 'lib'),
    outExtension: { '.js': '.mjs' },
    plugins: version === undefined ? [] : [versionIs(version)],
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: { js: BANNER },
    logLevel: 'error',
    metafile: true,
  });
  // What is not bundled: the native part, and Node.
  const beside = ['aws-crt', ...done.map((arch) => `node-linux-${arch}`)].map((name) =>
    join(ROOT, 'node_modules', name),
  );
  const folders = [...packagesIn(metafile), ...beside.filter((path) => existsSync(path))];
  writeFileSync(join(folder, NOTICES_FILE), noticesOf(folders));
  settleModes(folder);
  return done;
}

function versionIs(version: string): Plugin {
  return {
    name: 'version',
    setup: ({ onLoad }) =>
      onLoad({ filter: /[\\/]shared[\\/]version\.ts$/ }, () => ({
        contents: `export const VERSION = '${version}';`,
        loader: 'ts',
      })),
  };
}
