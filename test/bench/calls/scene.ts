// A branch of three terminals with the whole system around it, whose calls are counted while nothing happens but what is told to.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Counts, Meter } from '../../../infra/local/meter.ts';
import type { System } from '../../../infra/local/system.ts';
import type { PresenceEvent } from '../../../shared/wire/envelope.ts';
import { type Answer, startForTest } from '../../e2e/client.ts';
import { type SimulatedTerminal, startTerminal } from '../../terminal/terminal.ts';

/** Longer than any run: what the clock does is counted by itself. */
const NEVER_MS = 2_000_000_000;
const USERS = 2000;
/** Of a common terminal: how often a call looks for its answer depends on it. */
const LATENCY = { perCommandMs: 15, perWriteMs: 30, perKbMs: 1 };
/** Nothing more comes when nothing has come for this long; a PUBACK is held back for a quarter of a second. */
const QUIET_MS = 600;
const LOOK_MS = 50;
const WITHIN_MS = 30_000;

export const TERMINALS = ['puerta', 'almacen', 'oficina'] as const;
export const SITE = 'norte';

export class Scene {
  readonly system: System;
  readonly terminals: ReadonlyMap<string, SimulatedTerminal>;
  readonly #meter: Meter;
  readonly #stop: () => Promise<void>;
  readonly #call: (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
  ) => Promise<Answer>;
  readonly #presence: PresenceEvent[];

  private constructor(
    running: Awaited<ReturnType<typeof startForTest>>,
    terminals: Scene['terminals'],
    meter: Meter,
    presence: PresenceEvent[],
    stop: () => Promise<void>,
  ) {
    this.system = running.system;
    this.#call = running.call;
    this.terminals = terminals;
    this.#meter = meter;
    this.#presence = presence;
    this.#stop = stop;
  }

  static async open(): Promise<Scene> {
    const folder = mkdtempSync(join(tmpdir(), 'sereno-calls-'));
    const terminals = new Map<string, SimulatedTerminal>();
    for (const id of TERMINALS) {
      terminals.set(
        id,
        await startTerminal({ users: USERS, serialNumber: `SN-${id}`, attendance: 0, latency: LATENCY }),
      );
    }
    const rows = [...terminals].map(
      ([id, { port }]) => `  - {id: ${id}, host: 127.0.0.1, port: ${port}, dialect: {one_client: false}}\n`,
    );
    const file = join(folder, 'agent.yaml');
    writeFileSync(file, `site: ${SITE}\ndevices:\n${rows.join('')}`);
    const meter = new Meter();
    const presence: PresenceEvent[] = [];
    const never = { sweepMs: NEVER_MS, deliverMs: NEVER_MS, alertMs: NEVER_MS };
    const running = await startForTest({
      ...{ ...never, keepMs: NEVER_MS, jobsMs: NEVER_MS, agents: [file], meter },
      losesPresence: (event) => {
        presence.push(event);
        return false;
      },
    });
    const stop = async () => {
      await running.stop();
      await Promise.all([...terminals.values()].map((terminal) => terminal.stop()));
      rmSync(folder, { recursive: true, force: true });
    };
    return new Scene(running, terminals, meter, presence, stop);
  }

  /** The badge of somebody at that terminal. */
  userAt(id: string): string {
    return this.terminals.get(id)?.users()[0]?.userId ?? '';
  }

  /** A call of the API; anything but a 200 ends the run. */
  async call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Answer> {
    this.#meter.add({ charge: 'requests', of: 'api', count: 1 });
    const answer = await this.#call(method, path, body);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${answer.body?.error}`);
    return answer;
  }

  /** What `work`, and what comes of it, has called. */
  async count(work: () => Promise<unknown>): Promise<Counts> {
    await this.rest();
    this.#meter.take();
    await work();
    await this.rest();
    return this.#meter.take();
  }

  /** That a rule has been set off whose function this run calls itself. */
  ruled(name: string, bytes: number): void {
    this.#meter.rule(name, bytes);
  }

  /** Waits until nothing is called any more. */
  async rest(): Promise<void> {
    let before = '';
    for (let quiet = 0; quiet < QUIET_MS; quiet += LOOK_MS) {
      await this.system.settled();
      await sleep(LOOK_MS);
      const now = JSON.stringify(this.#meter.counts);
      if (now !== before) quiet = 0;
      before = now;
    }
  }

  /** Waits until something is counted that `work` sets off. */
  async awaiting(entry: keyof Counts, work: () => void): Promise<void> {
    const end = performance.now() + WITHIN_MS;
    const now = () => this.#meter.counts[entry] ?? 0;
    const before = now();
    work();
    while (now() === before) {
      if (performance.now() > end) throw new Error(`${entry} was not counted`);
      await sleep(LOOK_MS);
    }
  }

  /** The last hello as the rule has handed it on. */
  lastHello(): PresenceEvent {
    const hello = this.#presence.findLast(({ kind }) => kind === 'hello');
    if (hello === undefined) throw new Error('no hello yet');
    return hello;
  }

  stop(): Promise<void> {
    return this.#stop();
  }
}
