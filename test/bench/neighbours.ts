// Whether a terminal that stalls slows the calls to the others of its site.
import { startForTest } from '../e2e/client.ts';
import { figures, line } from './measure.ts';

const CALLS = 200;

async function readsOf(call: (n: number) => Promise<number>): Promise<number[]> {
  const samples: number[] = [];
  for (let n = 0; n < CALLS; n++) {
    const startedAt = performance.now();
    const status = await call(n);
    if (status !== 200) throw new Error(`a call to the healthy terminal answered ${status}`);
    samples.push(performance.now() - startedAt);
  }
  return samples;
}

/** Prints p99 of calls to one terminal without and with a neighbour that stalls, and their ratio. */
export async function benchNeighbours(print: (text: string) => void): Promise<void> {
  const { system, call, stop } = await startForTest({
    terminals: { principal: { users: 300 }, entrada: { users: 300 } },
  });
  try {
    const read = async () => (await call('GET', '/devices/principal/users/1001')).status;
    await readsOf(read);
    const without = figures(await readsOf(read));
    system.terminals?.entrada.faults.add({ kind: 'stall' });
    const stuck = Array.from({ length: 8 }, () => call('GET', '/devices/entrada/users?refresh=true'));
    const beside = figures(await readsOf(read));
    system.terminals?.entrada.faults.clear();
    await Promise.all(stuck);
    print('Reads of one user while the other terminal of the site');
    print(line('answers', without));
    print(line('stalls, with 8 calls waiting for it', beside));
    print(`  ratio of the p99: ${(beside.p99 / without.p99).toFixed(2)}\n`);
  } finally {
    await stop();
  }
}
