// How long the users function takes from nothing to its first answer, and what that consists of.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUNDLE_FILE, bundleFunction, bundleParts } from '../../infra/cdk/bundle.ts';
import { httpEvent } from '../bundles/events.ts';
import { LambdaHost } from '../bundles/lambda-host.ts';
import { type Surroundings, startSurroundings } from '../bundles/surroundings.ts';
import { type Figures, figures, line } from './measure.ts';

const FUNCTION = 'users';
const RUNS = 15;
const WARM_RUNS = 50;
const LARGEST_PARTS = 6;

export interface ColdInit {
  /** Bytes of the bundle. */
  readonly bytes: number;
  /** Its largest packages, in bytes of the bundle. */
  readonly parts: readonly (readonly [name: string, bytes: number])[];
  /** Node itself: the process is started and runs its first line. Lambda has done this before it counts the init. */
  readonly node: Figures;
  /** Loading the bundle. */
  readonly load: Figures;
  /** The first call: settings, clients, signing, connections, two reads of the table. */
  readonly first: Figures;
  /** Load and first call: what a caller waits for in addition to a warm call. */
  readonly init: Figures;
  /** The same call afterwards. */
  readonly warm: Figures;
}

/** A call that goes through the whole stack and reads the table twice: an unknown terminal, and the ids that there are. */
const event = httpEvent({
  route: 'GET /devices/{device_id}/users',
  params: { device_id: 'bodega' },
  tenant: 'acme',
});

async function timed(host: LambdaHost): Promise<number> {
  const startedAt = performance.now();
  const { statusCode } = (await host.invoke(event)) as { readonly statusCode: number };
  if (statusCode !== 404) throw new Error(`the call answered ${statusCode}: ${host.output}`);
  return performance.now() - startedAt;
}

interface Run {
  readonly node: number;
  readonly load: number;
  readonly first: number;
}

async function cold(folder: string, around: Surroundings): Promise<Run> {
  const host = await LambdaHost.start({ name: FUNCTION, folder, env: await around.envOf(FUNCTION) });
  try {
    const { started, loaded } = await host.ready;
    return { node: started, load: loaded - started, first: await timed(host) };
  } finally {
    await host.stop();
  }
}

async function warm(folder: string, around: Surroundings): Promise<Figures> {
  const host = await LambdaHost.start({ name: FUNCTION, folder, env: await around.envOf(FUNCTION) });
  try {
    await timed(host);
    const samples: number[] = [];
    for (let run = 0; run < WARM_RUNS; run++) samples.push(await timed(host));
    return figures(samples);
  } finally {
    await host.stop();
  }
}

/** Starts the users function's bundle as Lambda does, again and again, and measures each part. */
async function measureColdInit(): Promise<ColdInit> {
  const folder = mkdtempSync(join(tmpdir(), 'sereno-cold-'));
  const around = await startSurroundings();
  try {
    bundleFunction(FUNCTION, folder);
    // The first start reads the bundle from disk; Lambda's own disk is no part of what can be measured here.
    await cold(folder, around);
    const runs: Run[] = [];
    for (let run = 0; run < RUNS; run++) runs.push(await cold(folder, around));
    return {
      bytes: statSync(join(folder, BUNDLE_FILE)).size,
      parts: bundleParts(FUNCTION).slice(0, LARGEST_PARTS),
      node: figures(runs.map(({ node }) => node)),
      load: figures(runs.map(({ load }) => load)),
      first: figures(runs.map(({ first }) => first)),
      init: figures(runs.map(({ load, first }) => load + first)),
      warm: await warm(folder, around),
    };
  } finally {
    await around.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Prints what `measureColdInit` finds. */
export async function benchColdInit(print: (text: string) => void): Promise<void> {
  const { bytes, parts, node, load, first, init, warm: after } = await measureColdInit();
  const kb = (size: number) => `${Math.round(size / 1024)} kB`;
  print(`Cold start of the ${FUNCTION} function (${kb(bytes)})`);
  print(line('init: bundle loaded and first call answered', init));
  print(line('of which loading the bundle', load));
  print(line('of which the first call', first));
  print(line('Node itself before that', node));
  print(line('the same call, warm', after));
  print(`  the bundle is ${parts.map(([name, size]) => `${name} ${kb(size)}`).join(', ')}\n`);
}
