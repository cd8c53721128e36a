// Two hundred branches with three live terminals each: how long punches take to a webhook at a hundred a second, and after a burst.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startReceiver } from '../../cloud/webhooks/testing/receiver.ts';
import { furnish } from '../../infra/local/agents/home.ts';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import { type Running, startForTest } from '../e2e/client.ts';
import type { HostOrder, HostReport } from './branches-host.ts';
import { figures, line } from './measure.ts';

const AGENTS = Number(process.env.BENCH_AGENTS ?? 200);
const TERMINALS = 3;
const HOSTS = 4;
/** Punches in all, a second. */
const RATE = Number(process.env.BENCH_RATE ?? 100);
const SECONDS = 60;
const BURST = 2000;
/** Punches are handed out so often. */
const TICK_MS = 100;
const WAIT_MS = 300_000;

interface Host {
  readonly child: ChildProcess;
  readonly sites: readonly string[];
}

async function ask<K extends HostReport['kind']>(
  { child }: Host,
  order: HostOrder,
  kind: K,
): Promise<Extract<HostReport, { kind: K }>> {
  child.send(order);
  for (;;) {
    const [report] = (await once(child, 'message')) as [HostReport];
    if (report.kind === kind) return report as Extract<HostReport, { kind: K }>;
  }
}

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
  const sites = Array.from({ length: AGENTS }, (_, n) => `site-${n}`);
  const each = Math.ceil(AGENTS / HOSTS);
  const hosts = Array.from({ length: HOSTS }, (_, n): Host => {
    const child = fork(new URL('./branches-host.ts', import.meta.url), {
      env: { ...process.env, SERENO_ALLOW_LOOPBACK: '1' },
    });
    return { child, sites: sites.slice(n * each, (n + 1) * each) };
  });
  await Promise.all(
    hosts.map(async (host) => {
      const idsOf = (site: string) => Array.from({ length: TERMINALS }, (_, n) => `${site}-${n}`);
      const { ports } = await ask(host, { kind: 'terminals', devices: host.sites.flatMap(idsOf) }, 'ports');
      const files: string[] = [];
      for (const site of host.sites) {
        const devices = idsOf(site).map((id) => ({
          ...{ id, host: '127.0.0.1', port: ports[id], timezone: 'UTC', dialect: { one_client: false } },
        }));
        const at = { tenant: system.tenant, site };
        const folder = join(dataDir, 'agents', clientIdOf(at.tenant, site));
        const endpoint = `127.0.0.1:${system.broker.port}`;
        files.push(
          await furnish({ folder, site: at, config: { devices }, endpoint, authority: system.authority }),
        );
      }
      await ask(host, { kind: 'agents', files }, 'started');
    }),
  );
  while (!sites.every((site) => system.broker.isConnected(clientIdOf(system.tenant, site)))) await sleep(100);
  return hosts;
}

/** Waits until the directory knows every terminal to be online. */
async function online({ call }: Running): Promise<void> {
  for (let found = 0; found < AGENTS * TERMINALS; await sleep(1000)) {
    const { status, body } = await call('GET', '/devices');
    found = status === 200 ? body.data.filter((row: { state: string }) => row.state === 'online').length : 0;
  }
}

async function memory(hosts: readonly Host[]): Promise<string> {
  const all = await Promise.all(hosts.map((host) => ask(host, { kind: 'memory' }, 'memory')));
  const agents = all.reduce((sum, { bytes }) => sum + bytes, 0);
  const mb = (bytes: number) => `${Math.round(bytes / 1_048_576)} MB`;
  return `agents and terminals ${mb(agents)}, broker, functions, store ${mb(process.memoryUsage.rss())}`;
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
    print(`  before: ${await memory(hosts)}`);

    let from = performance.timeOrigin + performance.now();
    await steady(hosts);
    const backlog = book.missing;
    await book.whole();
    print(line(`${RATE} a second for ${SECONDS} s`, figures(book.since(from))));
    print(`    under way at its end ${backlog}, lost ${book.missing}; ${await memory(hosts)}`);

    from = performance.timeOrigin + performance.now();
    all(BURST);
    await sleep(500);
    await book.whole();
    print(line(`${BURST} at once`, figures(book.since(from))));
    print(`    lost ${book.missing}, delivered twice ${book.twice}; ${await memory(hosts)}`);
    print('');
  } finally {
    for (const { child } of hosts) child.disconnect();
    await running.stop();
    await receiver.close();
  }
}
