// One fuzz campaign: a number of damaged inputs over all targets, then leftovers are counted.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Random } from '../terminal/random.ts';
import { bodies } from './bodies.ts';
import { decoders } from './decoders.ts';
import { payloads } from './payloads.ts';
import { replies } from './replies.ts';
import { sequences } from './sequences.ts';
import { breathe, Flaw, type Target } from './target.ts';

export interface CampaignOptions {
  readonly frames: number;
  readonly seed: number;
  readonly onProgress?: (target: string, fed: number, total: number) => void;
}

export interface TargetReport {
  readonly target: string;
  readonly fed: number;
  readonly seconds: number;
  /** Heap in MB after a fifth of the inputs and at the end, each after a collection. */
  readonly heapMb: readonly [number, number];
}

export interface CampaignReport {
  readonly targets: readonly TargetReport[];
  /** Kinds of handles and timers that were not there before, none if all is well. */
  readonly left: readonly string[];
}

/** How the inputs are shared out, per cent: expensive targets get fewer. */
const SHARES: readonly { readonly percent: number; readonly open: (random: Random) => Promise<Target> }[] = [
  { percent: 40, open: async () => decoders() },
  { percent: 20, open: async () => sequences() },
  { percent: 10, open: replies },
  { percent: 25, open: payloads },
  { percent: 5, open: bodies },
];
const ROUNDS = 5;
/** A heap that has grown by more than this from the first fifth to the end leaks. */
const MOST_GROWTH_MB = 24;
const SETTLE_TURNS = 100;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** @throws Flaw */
export async function campaign({ frames, seed, onProgress }: CampaignOptions): Promise<CampaignReport> {
  const strays: unknown[] = [];
  const onStray = (error: unknown) => strays.push(error);
  process.on('uncaughtException', onStray);
  process.on('unhandledRejection', onStray);
  const before = await handles();
  const targets: TargetReport[] = [];
  try {
    for (const [index, { percent, open }] of SHARES.entries()) {
      const random = new Random(seed + index);
      const count = Math.ceil((frames * percent) / 100);
      targets.push(await run(await open(random), count, random, onProgress));
      if (strays.length > 0) throw new Flaw(`an error got away: ${String(strays[0])}`, strays[0]);
    }
    return { targets, left: await leftBehind(before) };
  } finally {
    process.off('uncaughtException', onStray);
    process.off('unhandledRejection', onStray);
  }
}

async function run(
  target: Target,
  count: number,
  random: Random,
  onProgress: CampaignOptions['onProgress'],
): Promise<TargetReport> {
  const began = performance.now();
  let fed = 0;
  let early = 0;
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      fed += await target.feed(Math.ceil(count / ROUNDS), random);
      onProgress?.(target.name, fed, count);
      if (round === 1) early = heapMb();
    }
  } finally {
    await target.close();
  }
  const late = heapMb();
  if (late - early > MOST_GROWTH_MB)
    throw new Flaw(`${target.name} leaks: the heap went from ${early} to ${late} MB`);
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  return { target: target.name, fed, seconds, heapMb: [early, late] };
}

function heapMb(): number {
  collect();
  return Math.round(process.memoryUsage().heapUsed / 1024 / 1024);
}

/** How many of each kind there are, once everything that is ending has ended. */
async function handles(): Promise<Map<string, number>> {
  for (let turn = 0; turn < SETTLE_TURNS; turn++) await breathe();
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** Sockets that the SDK of the cloud keeps for later are not ours: they get time to end. */
async function leftBehind(before: ReadonlyMap<string, number>): Promise<string[]> {
  for (let attempt = 0; ; attempt++) {
    const left = [...(await handles())]
      .filter(([kind, count]) => kind !== 'Immediate' && count > (before.get(kind) ?? 0))
      .map(([kind, count]) => `${count - (before.get(kind) ?? 0)} ${kind}`);
    if (left.length === 0 || attempt === 50) return left;
    await new Promise((resolve) => setTimeout(resolve, 200).unref());
  }
}
