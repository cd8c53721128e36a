// A thousand branches on one machine: many commands a second through broker, link and dispatch, and all agents back after the broker was away.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outbound } from '../../cloud/commands/sender.ts';
import { ask, type Host, memoryOf, startBranches, terminalsOf } from './hosts.ts';
import { type Answered, LightCloud, newId, type Tally } from './light-cloud.ts';
import { figures, line } from './measure.ts';

const TENANT = 'escala';
const AGENTS = Number(process.env.BENCH_AGENTS ?? 1000);
const TERMINALS = 3;
const PROCESSES = 4;
/** Commands in all, a second; none where it lasts no second: then the storm alone is measured. */
const RATE = Number(process.env.BENCH_RATE ?? 200);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 60);
/** One command in so many is a create, the others ask for one user. */
const CREATES = 4;
const STAGGER_MS = 40;
const TICK_MS = 20;
/** So many at a time before it counts. */
const WARMING = 50;
/** A command that has no answer after this is lost. */
const DEADLINE_MS = 60_000;
const DOWN_MS = 10_000;
const BACK_WITHIN_MS = 120_000;
/** After these it is counted who is not back: nobody should be left at the first, and must not at the second. */
const STORM_MS = { all: 60_000, longest: 90_000 };
/** Neighbours in time are at different branches, and each terminal has its turn: no divisor of the number of terminals. */
const STRIDE = 1013;

interface Ledger {
  readonly answers: { readonly at: number; readonly ms: number; readonly isCreate: boolean }[];
  readonly wrong: Map<string, number>;
  created: number;
  sent: number;
}

/** Commands to one terminal after the other, each a create or a question. */
class Caller {
  readonly #cloud: LightCloud;
  #n = 0;

  constructor(cloud: LightCloud) {
    this.#cloud = cloud;
  }

  call(ledger: Ledger, began: number): void {
    const n = this.#n++;
    const at = (n * STRIDE) % (AGENTS * TERMINALS);
    const site = `site-${Math.floor(at / TERMINALS)}`;
    const device = terminalsOf(site, TERMINALS)[at % TERMINALS] ?? '';
    const isCreate = n % CREATES === 0;
    const now = Date.now();
    const what = isCreate
      ? { op: 'user.put', args: { mode: 'create', user_id: String(100_000 + n), fields: { name: `N${n}` } } }
      : { op: 'user.get', args: { user_id: '1' } };
    const command: Outbound = { id: newId(), device, issuedAt: now, notAfter: now + DEADLINE_MS, ...what };
    ledger.sent++;
    const { sent, answered } = this.#cloud.send({ tenant: TENANT, site }, command);
    const miss = (why: string) => ledger.wrong.set(why, (ledger.wrong.get(why) ?? 0) + 1);
    sent.then(
      (how) => how !== 'delivered' && miss(how),
      (error: unknown) => miss(String(error)),
    );
    void answered.then(({ reply, ms }: Answered) => {
      if (reply.status !== 'ok') miss(`${what.op} ${reply.status} ${reply.code ?? ''}`);
      if (reply.status !== 'ok') return;
      if (isCreate) ledger.created++;
      ledger.answers.push({ at: performance.now() - began, ms, isCreate });
    });
  }
}

async function until(holds: () => boolean, withinMs: number): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (!holds() && performance.now() < end) await sleep(10);
  return holds();
}

function told(tally: Tally): string {
  return Object.entries(tally)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ');
}

async function steady(caller: Caller, ledger: Ledger, seconds: number): Promise<void> {
  const began = performance.now();
  for (let given = 0; given < RATE * seconds; await sleep(TICK_MS)) {
    const due = Math.min(RATE * seconds, Math.round(((performance.now() - began) / 1000) * RATE));
    for (; given < due; given++) caller.call(ledger, began);
  }
}

/** One rate for a while, and all that came of it. */
async function rush(
  cloud: LightCloud,
  hosts: readonly Host[],
  caller: Caller,
  print: (text: string) => void,
) {
  const ledger: Ledger = { answers: [], wrong: new Map(), created: 0, sent: 0 };
  const before = await memoryOf(hosts);
  const usersBefore = await usersAt(hosts);
  cloud.count();
  await steady(caller, ledger, SECONDS);
  const backlog = cloud.underWay;
  await until(() => cloud.underWay === 0, DEADLINE_MS);
  const tally = cloud.count();
  const of = (name: string, wanted: (answer: Ledger['answers'][number]) => boolean) =>
    print(line(name, figures(ledger.answers.filter(wanted).map(({ ms }) => ms))));
  const third = (SECONDS * 1000) / 3;
  of(`${RATE} a second for ${SECONDS} s: a user is asked for`, ({ isCreate }) => !isCreate);
  of('  a user is created', ({ isCreate }) => isCreate);
  of('  all, first third', ({ at }) => at < third);
  of('  all, last third', ({ at }) => at >= 2 * third);
  const wrong = [...ledger.wrong].map(([why, count]) => `${why}: ${count}`).join(', ');
  print(`    sent ${ledger.sent}, answered ok ${ledger.answers.length}, under way at its end ${backlog},`);
  print(
    `    lost ${cloud.underWay}, answered twice ${cloud.twice}${wrong === '' ? '' : `, not ok: ${wrong}`}`,
  );
  const added = (await usersAt(hosts)) - usersBefore;
  print(`    users told to be created ${ledger.created}, new at the terminals ${added}`);
  print(`    over the line: ${told(tally)}`);
  print(`    before: ${before}; after: ${await memoryOf(hosts)}`);
}

async function usersAt(hosts: readonly Host[]): Promise<number> {
  const all = await Promise.all(hosts.map((host) => ask(host, { kind: 'users' }, 'users')));
  return all.reduce((sum, { count }) => sum + count, 0);
}

/** The broker goes away and comes back: how long until every agent has said hello again. */
async function storm(cloud: LightCloud, print: (text: string) => void): Promise<void> {
  cloud.count();
  cloud.heard.clear();
  let backAt = 0;
  await cloud.broker.restart(async () => {
    await sleep(DOWN_MS);
    cloud.heard.clear();
    backAt = performance.now();
  });
  await until(() => cloud.heard.size === AGENTS, BACK_WITHIN_MS);
  const waited = [...cloud.heard.values()].map((at) => at - backAt);
  print(line(`Broker away for ${DOWN_MS / 1000} s: its return to an agent's hello`, figures(waited)));
  print(`    back ${cloud.heard.size} of ${AGENTS}; over the line: ${told(cloud.count())}`);
  const late = (ms: number) => AGENTS - waited.filter((each) => each <= ms).length;
  const verdicts = Object.values(STORM_MS).map((ms) => `${late(ms)} after ${ms / 1000} s`);
  print(`    not back: ${verdicts.join(', ')}`);
}

async function commands(
  cloud: LightCloud,
  hosts: readonly Host[],
  print: (text: string) => void,
): Promise<void> {
  const caller = new Caller(cloud);
  // Every terminal once, so that conversations and tables are there before it counts.
  const warm: Ledger = { answers: [], wrong: new Map(), created: 0, sent: 0 };
  for (let n = 0; n < AGENTS * TERMINALS; n++) {
    await until(() => cloud.underWay < WARMING, DEADLINE_MS);
    caller.call(warm, 0);
  }
  await until(() => cloud.underWay === 0, DEADLINE_MS);
  await rush(cloud, hosts, caller, print);
}

/** Prints latencies, losses and growth at a steady rate, the messages that a command took, and how long a storm lasts. */
export async function benchScale(print: (text: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sereno-scale-'));
  const cloud = await LightCloud.open(folder);
  const hosts: Host[] = [];
  try {
    const { authority, broker } = cloud;
    print(`Commands to ${AGENTS} agents with ${TERMINALS} terminals each, in ${PROCESSES} processes`);
    const began = performance.now();
    hosts.push(
      ...(await startBranches({
        ...{ tenant: TENANT, authority, port: broker.port, folder, agents: AGENTS, terminals: TERMINALS },
        ...{ processes: PROCESSES, staggerMs: STAGGER_MS, punches: { every: 0 } },
      })),
    );
    if (!(await until(() => cloud.heard.size === AGENTS, BACK_WITHIN_MS)))
      throw new Error(`only ${cloud.heard.size} agents have connected`);
    print(`  started in ${Math.round((performance.now() - began) / 1000)} s; ${told(cloud.count())}`);
    if (SECONDS > 0) await commands(cloud, hosts, print);
    await storm(cloud, print);
    print('');
  } finally {
    for (const { child } of hosts) child.disconnect();
    await cloud.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
