// Whether a terminal that stalls slows the calls to the others of its site, in alternating blocks of one run.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Caller, startForTest } from '../e2e/client.ts';
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import { type Figures, figures, line } from './measure.ts';

const ROUNDS = 10;
/** Calls in a block. */
const CALLS = 100;
const WARM_UP = 50;
/** What waits for the stalled terminal at any moment of a block beside it. */
const STUCK = 8;
const LOOK_MS = 500;

/** Keeps the stalled terminal asked until `stalls` is false, and then until nothing waits for it. */
type Asking = (call: Caller, stalls: () => boolean) => Promise<void>;

/**
 * Commands alone wait at the agent and cost what the agent costs. Callers who wait cost more on one machine: the
 * functions of all of them look into the one local store, where AWS gives each its own.
 */
const SIDES: readonly (readonly [what: string, asking: Asking | null])[] = [
  ['answers', null],
  [`stalls, with ${STUCK} commands waiting for it`, askForCommands],
  [`stalls, with ${STUCK} callers waiting for it`, askAsCallers],
];

/** Prints p50 and p99 of calls to one terminal without and with a neighbour that stalls, and their ratios. */
export async function benchNeighbours(print: (text: string) => void): Promise<void> {
  const { system, call, stop } = await startForTest({
    terminals: { principal: { users: 300 }, entrada: { users: 300 } },
  });
  try {
    const neighbour = system.terminals?.entrada;
    if (neighbour === undefined) throw new Error('the simulated terminals are missing');
    await block(call, WARM_UP);
    const samples: number[][] = SIDES.map(() => []);
    // Noise of the machine hits all sides alike: blocks alternate, and which comes first does too.
    for (let round = 0; round < ROUNDS * SIDES.length; round++) {
      const side = (round + Math.floor(round / SIDES.length)) % SIDES.length;
      samples[side]?.push(...(await beside(call, neighbour, SIDES[side]?.[1] ?? null)));
    }
    print('Reads of one user while the other terminal of the site');
    const all = samples.map(figures);
    for (const [index, found] of all.entries()) {
      print(line(SIDES[index]?.[0] ?? '', found));
      if (index > 0) print(`    against one that answers: ${ratios(found, all[0] ?? found)}`);
    }
    print('');
  } finally {
    await stop();
  }
}

function ratios(found: Figures, without: Figures): string {
  const ratio = (key: 'p50' | 'p99') => `${key} ${(found[key] / without[key]).toFixed(2)}`;
  return `${ratio('p50')}, ${ratio('p99')}`;
}

/** A block while the neighbour stalls and is asked all the time; afterwards it answers, and nothing waits for it. */
async function beside(call: Caller, neighbour: SimulatedTerminal, asking: Asking | null): Promise<number[]> {
  if (asking === null) return block(call, CALLS);
  let stalls = true;
  neighbour.faults.add({ kind: 'stall' });
  const asked = asking(call, () => stalls);
  const samples = await block(call, CALLS);
  stalls = false;
  neighbour.faults.clear();
  await asked;
  const { status } = await call('GET', '/devices/entrada/users?limit=1');
  if (status !== 200) throw new Error(`the neighbour answers again, and its users ${status}`);
  return samples;
}

async function block(call: Caller, calls: number): Promise<number[]> {
  const samples: number[] = [];
  for (let n = 0; n < calls; n++) {
    const startedAt = performance.now();
    const { status } = await call('GET', `/devices/principal/users/${1001 + (n % 100)}`);
    if (status !== 200) throw new Error(`a call to the healthy terminal answered ${status}`);
    samples.push(performance.now() - startedAt);
  }
  return samples;
}

async function askForCommands(call: Caller, stalls: () => boolean): Promise<void> {
  while (stalls()) {
    const accepted = await Promise.all(
      Array.from({ length: STUCK }, (_, n) =>
        call('PUT', `/devices/entrada/users/${1001 + n}`, { name: 'Ana' }, { prefer: 'respond-async' }),
      ),
    );
    for (const { body } of accepted) await settledSlowly(call, body.operation_id);
  }
}

/** Looks seldom, so as not to be the load that is measured. */
async function settledSlowly(call: Caller, operation: string): Promise<void> {
  for (;;) {
    const { body } = await call('GET', `/operations/${operation}`);
    if (!['accepted', 'running'].includes(body.data?.state)) return;
    await sleep(LOOK_MS);
  }
}

async function askAsCallers(call: Caller, stalls: () => boolean): Promise<void> {
  const asking = async () => {
    while (stalls()) await call('GET', '/devices/entrada/users?refresh=true');
  };
  await Promise.all(Array.from({ length: STUCK }, asking));
}
