// A process of the benches of many branches: agents as they run on mini-PCs, each with its simulated terminals, side by side.
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { Agent } from '../../agent/agent.ts';
import { loadConfig } from '../../agent/config/load.ts';
import { MqttLink } from '../../agent/link/mqtt-link.ts';
import { type SimulatedTerminal, startTerminal } from '../terminal/terminal.ts';

export type HostOrder =
  | { readonly kind: 'terminals'; readonly devices: readonly string[] }
  /** One after the other, so far apart. */
  | { readonly kind: 'agents'; readonly files: readonly string[]; readonly staggerMs: number }
  /** So many punches now, each at the next terminal. */
  | { readonly kind: 'punch'; readonly count: number }
  /** How many users its terminals have. */
  | { readonly kind: 'users' }
  | { readonly kind: 'memory' };

export type HostReport =
  | { readonly kind: 'ports'; readonly ports: Readonly<Record<string, number>> }
  | { readonly kind: 'started' }
  /** When each was punched, epoch ms. */
  | { readonly kind: 'punched'; readonly at: readonly (readonly [key: string, at: number])[] }
  | { readonly kind: 'users'; readonly count: number }
  | { readonly kind: 'memory'; readonly bytes: number };

const USERS = ['1', '2', '3'].map((userId) => ({ userId, name: `Persona ${userId}` }));
const START = Date.parse('2026-11-01T08:00:00Z');
const terminals: { readonly id: string; readonly terminal: SimulatedTerminal; second: number }[] = [];
let next = 0;

function tell(report: HostReport): void {
  process.send?.(report);
}

function punch(count: number): void {
  const at: [string, number][] = [];
  for (let n = 0; n < count; n++) {
    const place = terminals[next++ % terminals.length];
    if (place === undefined) throw new Error('no terminals');
    const time = new Date(START + 1000 * place.second++).toISOString().slice(0, 19);
    const badge = place.terminal.users()[0]?.userId ?? '';
    at.push([`${place.id} ${time}`, performance.timeOrigin + performance.now()]);
    place.terminal.punch(badge, { time });
  }
  tell({ kind: 'punched', at });
}

function startAgent(file: string): void {
  const config = loadConfig(file, process.env);
  const { cloud, tenant, site } = config;
  if (cloud === null) throw new Error(`${file} names no cloud`);
  const log = pino({ level: 'silent' });
  const agent = new Agent(config, {
    log,
    connect: (events) => new MqttLink({ tenant, site, events: true, ...cloud }, events),
  });
  agent.start();
}

process.on('message', async (order: HostOrder) => {
  if (order.kind === 'punch') return punch(order.count);
  if (order.kind === 'memory') return tell({ kind: 'memory', bytes: process.memoryUsage.rss() });
  if (order.kind === 'users') {
    const count = terminals.reduce((sum, { terminal }) => sum + terminal.users().length, 0);
    return tell({ kind: 'users', count });
  }
  if (order.kind === 'agents') {
    for (const file of order.files) {
      startAgent(file);
      // Branches do not come up in one moment.
      await sleep(order.staggerMs);
    }
    return tell({ kind: 'started' });
  }
  const ports: Record<string, number> = {};
  for (const id of order.devices) {
    const terminal = await startTerminal({ users: USERS, attendance: 0, serialNumber: `SN-${id}` });
    terminals.push({ id, terminal, second: 0 });
    ports[id] = terminal.port;
  }
  tell({ kind: 'ports', ports });
});
// Their lines keep it alive: it ends with whoever started it.
process.on('disconnect', () => process.exit(0));
