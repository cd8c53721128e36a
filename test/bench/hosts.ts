// Many branches for a bench: processes with many agents each, every agent with its certificate, its journal and its terminals.
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { furnish } from '../../infra/local/agents/home.ts';
import type { LocalAuthority } from '../../infra/local/certs/authority.ts';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import type { HostOrder, HostReport } from './branches-host.ts';

export interface Host {
  readonly child: ChildProcess;
  readonly sites: readonly string[];
}

export interface Branches {
  readonly tenant: string;
  readonly authority: LocalAuthority;
  /** Of the broker. */
  readonly port: number;
  /** The agents' folders go below it. */
  readonly folder: string;
  readonly agents: number;
  /** Of each agent. */
  readonly terminals: number;
  readonly processes: number;
  /** Between the agents of one process. */
  readonly staggerMs: number;
  /** `punches` of agent.yaml. */
  readonly punches?: object;
}

/** Orders something and waits for the report on it. @throws Error if the process ends before */
export function ask<K extends HostReport['kind']>(
  { child }: Host,
  order: HostOrder,
  kind: K,
): Promise<Extract<HostReport, { kind: K }>> {
  const { promise, resolve, reject } = Promise.withResolvers<Extract<HostReport, { kind: K }>>();
  const take = (report: HostReport): void => {
    if (report.kind !== kind) return;
    finish();
    resolve(report as Extract<HostReport, { kind: K }>);
  };
  const ended = (code: number | null): void => {
    finish();
    reject(new Error(`a process with agents ended with ${code}`));
  };
  const finish = (): void => {
    child.off('message', take);
    child.off('exit', ended);
  };
  child.on('message', take);
  child.on('exit', ended);
  child.send(order);
  return promise;
}

/** The ids of a site's terminals. */
export function terminalsOf(site: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${site}-${n}`);
}

/** Starts them all; they may not have connected yet. */
export async function startBranches(branches: Branches): Promise<Host[]> {
  const { agents, processes, staggerMs } = branches;
  const sites = Array.from({ length: agents }, (_, n) => `site-${n}`);
  const each = Math.ceil(agents / processes);
  const hosts = Array.from({ length: processes }, (_, n): Host => {
    const child = fork(new URL('./branches-host.ts', import.meta.url), {
      env: { ...process.env, SERENO_ALLOW_LOOPBACK: '1' },
    });
    return { child, sites: sites.slice(n * each, (n + 1) * each) };
  });
  await Promise.all(
    hosts.map(async (host) => {
      const files = await furnishAll(host, branches);
      await ask(host, { kind: 'agents', files, staggerMs }, 'started');
    }),
  );
  return hosts;
}

async function furnishAll(host: Host, branches: Branches): Promise<string[]> {
  const { tenant, authority, port, folder, terminals, punches } = branches;
  const devices = host.sites.flatMap((site) => terminalsOf(site, terminals));
  const { ports } = await ask(host, { kind: 'terminals', devices }, 'ports');
  const files: string[] = [];
  for (const site of host.sites) {
    const rows = terminalsOf(site, terminals).map((id) => ({
      ...{ id, host: '127.0.0.1', port: ports[id], timezone: 'UTC', dialect: { one_client: false } },
    }));
    const config = { devices: rows, ...(punches === undefined ? {} : { punches }) };
    const home = join(folder, 'agents', clientIdOf(tenant, site));
    const endpoint = `127.0.0.1:${port}`;
    files.push(await furnish({ folder: home, site: { tenant, site }, config, endpoint, authority }));
  }
  return files;
}

/** What the processes and this one hold now, as text. */
export async function memoryOf(hosts: readonly Host[]): Promise<string> {
  const all = await Promise.all(hosts.map((host) => ask(host, { kind: 'memory' }, 'memory')));
  const agents = all.reduce((sum, { bytes }) => sum + bytes, 0);
  const mb = (bytes: number) => `${Math.round(bytes / 1_048_576)} MB`;
  return `agents and terminals ${mb(agents)}, broker and cloud ${mb(process.memoryUsage.rss())}`;
}
