// Two hundred branches with three live terminals each: how long punches take to a webhook at a hundred a second, and after a burst.
import { setTimeout as sleep } from 'node:timers/promises';
import { startReceiver } from '../../cloud/webhooks/testing/receiver.ts';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import { type Running, startForTest } from '../e2e/client.ts';
import type { HostOrder, HostReport } from './branches-host.ts';
import { type Host, memoryOf, startBranches } from './hosts.ts';
import { figures, line } from './measure.ts';

const AGENTS = Number(process.env.BENCH_AGENTS ?? 200);
const TERMINALS = 3;
const HOSTS = 4;
/** The local store is one thread. */
const STAGGER_MS = 250;
/** Punches in all, a second. */
const RATE = Number(process.env.BENCH_RATE ?? 100);
const SECONDS = 60;
const BURST = 2000;
/** Punches are handed out so often. */
const TICK_MS = 100;
const WAIT_MS = 300_000;

/** What was punched and what of it came to the webhook. */
class Book {
  readonly punched = new Map<string, number>();
  /** When each came first. */
  readonly came = new Map<string, number>();
  twice = 0;

  get missing(): number {
    return this.punched.size - this.came.size;
  }

  /** Latencies of those punched since `from`, ms. */
  since(from: number): number[] {
    return [...this.punched]
      .filter(([, at]) => at >= from)
      .map(([key, at]) => (this.came.get(key) ?? Number.POSITIVE_INFINITY) - at);
  }

  async whole(): Promise<void> {
    const until = Date.now() + WAIT_MS;
    while (this.missing > 0 && Date.now() < until) await sleep(50);
  }
}

async function startHosts({ system, dataDir }: Running): Promise<Host[]> {
  const { tenant, broker, authority } = system;
  const hosts = await startBranches({
    ...{ tenant, authority, port: broker.port, folder: dataDir, agents: AGENTS, terminals: TERMINALS },
    ...{ processes: HOSTS, staggerMs: STAGGER_MS },
  });
  const sites = hosts.flatMap((host) => host.sites);
  while (!sites.every((site) => broker.isConnected(clientIdOf(tenant, site)))) await sleep(100);
  return hosts;
}

/** Waits until the directory knows every terminal to be online. */
async function online({ call }: Running): Promise<void> {
  for (let found = 0; found < AGENTS * TERMINALS; await sleep(1000)) {
    const { status, body } = await call('GET', '/devices');
    found = status === 200 ? body.data.filter((row: { state: string }) => row.state === 'online').length : 0;
  }
}

async function steady(hosts: readonly Host[]): Promise<void> {
  const began = performance.now();
  let given = 0;
  for (let tick = 0; given < RATE * SECONDS; tick++) {
    const due = Math.min(RATE * SECONDS, Math.round(((performance.now() - began) / 1000) * RATE));
    const host = hosts[tick % hosts.length];
    if (due > given) host?.child.send({ kind: 'punch', count: due - given } satisfies HostOrder);
    given = Math.max(given, due);
    await sleep(TICK_MS);
  }
}

/** Prints percentiles from a punch to its webhook, at a steady rate and in a burst, and what was lost or grew. */
export async function benchBranches(print: (text: string) => void): Promise<void> {
  const receiver = await startReceiver();
  const running = await startForTest();
  const hosts: Host[] = [];
  try {
    const { status } = await running.call('POST', '/webhooks', {
      url: receiver.url,
      types: ['punch.created'],
    });
    if (status !== 200) throw new Error(`no webhook: ${status}`);
    hosts.push(...(await startHosts(running)));
    const book = new Book();
    receiver.answer = ({ event }) => {
      const key = `${event.data.device_id} ${event.data.local}`;
      if (book.came.has(key)) book.twice++;
      else book.came.set(key, performance.timeOrigin + performance.now());
      return 204;
    };
    for (const { child } of hosts) {
      child.on('message', (report: HostReport) => {
        if (report.kind === 'punched') for (const [key, at] of report.at) book.punched.set(key, at);
      });
    }
    const all = (count: number) => {
      for (const { child } of hosts)
        child.send({ kind: 'punch', count: count / hosts.length } satisfies HostOrder);
    };
    print(`From a punch to its webhook: ${AGENTS} agents with ${TERMINALS} live terminals each`);
    // The first punch of a terminal is compared with its log before live ones are believed.
    await online(running);
    all(AGENTS * TERMINALS);
    await sleep(2000);
    await book.whole();
    print(`  before: ${await memoryOf(hosts)}`);

    let from = performance.timeOrigin + performance.now();
    await steady(hosts);
    const backlog = book.missing;
    await book.whole();
    print(line(`${RATE} a second for ${SECONDS} s`, figures(book.since(from))));
    print(`    under way at its end ${backlog}, lost ${book.missing}; ${await memoryOf(hosts)}`);

    from = performance.timeOrigin + performance.now();
    all(BURST);
    await sleep(500);
    await book.whole();
    print(line(`${BURST} at once`, figures(book.since(from))));
    print(`    lost ${book.missing}, delivered twice ${book.twice}; ${await memoryOf(hosts)}`);
    print('');
  } finally {
    for (const { child } of hosts) child.disconnect();
    await running.stop();
    await receiver.close();
  }
}
