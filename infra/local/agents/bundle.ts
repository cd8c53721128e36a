// The agent as one file, as it is installed on a mini-PC: run from sources it would use the memory of the type stripper too.
import { renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = new URL('../../../', import.meta.url);
/** Beside the packages that stay outside of the bundle, so that they are found from there. */
const OUTFILE = fileURLToPath(new URL('node_modules/.cache/sereno/agent.mjs', ROOT));
/** Another system on this machine may be starting its agents from this file right now. */
const DRAFT = `${OUTFILE}.${process.pid}.mjs`;

let built: Promise<string> | null = null;

/** Bundles `sereno-agent` once per process. @returns the path of the file */
export function bundleAgent(): Promise<string> {
  built ??= build({
    entryPoints: [fileURLToPath(new URL('agent/cli.ts', ROOT))],
    outfile: DRAFT,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // Native code, and a logger that starts from files of its own.
    external: ['aws-crt', 'aws-iot-device-sdk-v2', 'pino'],
    // Packages in CommonJS call `require`, which an ES module does not have.
    banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
    logLevel: 'silent',
  }).then(() => {
    renameSync(DRAFT, OUTFILE);
    return OUTFILE;
  });
  return built;
}
