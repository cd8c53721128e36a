// An hour of a branch where nobody does anything, let go by on a clock that is moved by hand: what its agent says by itself.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { pino } from 'pino';
import { ulid } from 'ulid';
import { Agent } from '../../../agent/agent.ts';
import { parseConfig } from '../../../agent/config/load.ts';
import type { Link, LinkEvents } from '../../../agent/link/link.ts';
import { ManualClock } from '../../../agent/testing/manual-clock.ts';
import type { WantedPerson } from '../../../shared/domain/wanted-person.ts';
import { type Hello, helloSchema } from '../../../shared/wire/envelope.ts';
import { type EventBatch, eventBatchSchema } from '../../../shared/wire/events.ts';
import { parseTopic } from '../../../shared/wire/topics.ts';
import { startTerminal } from '../../terminal/terminal.ts';

const TERMINALS = 3;
const USERS = 50;
const PEOPLE = 20;
const RULES = 5;
const STEP_MS = 5_000;
/** Turns of the loop in which terminals answer before more time goes by. */
const TURNS = 200;
/** Until everything has been looked at for the first time. */
const SETTLING_MS = 30 * 60_000;
const HOUR_MS = 3_600_000;

/** Steps of a part of a millisecond add up; what agents send are whole ones. */
class WholeClock extends ManualClock {
  override now(): number {
    return Math.round(super.now());
  }
}

/** What was said, by kind, and how many bytes. */
export type Said = Readonly<Record<string, { readonly count: number; readonly bytes: number }>>;

/** A line to a cloud that answers what must be answered, and counts. */
class CountingLink implements Link {
  readonly isUp = true;
  readonly takesEvents = true;
  readonly session = 's';
  readonly said: Record<string, { count: number; bytes: number }> = {};
  readonly #events: LinkEvents;
  readonly #clock: ManualClock;

  constructor(events: LinkEvents, clock: ManualClock) {
    this.#events = events;
    this.#clock = clock;
  }

  start(): void {
    queueMicrotask(() => this.#events.onUp());
  }

  async publish(topic: string, payload: Uint8Array): Promise<void> {
    const kind = parseTopic(topic)?.kind ?? 'other';
    const said = this.said[kind] ?? { count: 0, bytes: 0 };
    this.said[kind] = { count: said.count + 1, bytes: said.bytes + payload.length };
    if (kind === 'events') this.#store(eventBatchSchema.parse(JSON.parse(gunzipSync(payload).toString())));
    if (kind === 'hello') this.#greet(helloSchema.parse(JSON.parse(Buffer.from(payload).toString())));
  }

  command(op: string, device: string | undefined, args: unknown): void {
    const now = this.#clock.now();
    const to = device === undefined ? {} : { device };
    const times = { issuedAt: now, notAfter: now + 22_000, sentAt: now, via: 'direct' };
    const payload = Buffer.from(JSON.stringify({ v: 1, id: ulid(now), op, ...to, ...times, args }));
    this.#events.onCommand({ payload, acknowledge: () => undefined });
  }

  #store({ journal, seq }: EventBatch): void {
    queueMicrotask(() => this.#events.onStored(Buffer.from(JSON.stringify({ v: 1, journal, seq }))));
  }

  #greet({ session, seq = 0, tenureSince }: Hello): void {
    if (tenureSince === null) this.command('site.tenure', undefined, { session, seq, since: 0 });
  }

  async stop(): Promise<void> {}
}

/** What an agent with three terminals says in so many hours, with people and rules to keep or without. */
export async function idleHours(hours: number, keeps: boolean): Promise<Said> {
  const folder = mkdtempSync(join(tmpdir(), 'sereno-hour-'));
  const terminals = await Promise.all(
    Array.from({ length: TERMINALS }, (_, n) =>
      startTerminal({ users: USERS, attendance: 20, serialNumber: `SN${n}` }),
    ),
  );
  const clock = new WholeClock(Date.now());
  const rows = terminals.map(({ port }, n) => `  - {id: t${n}, host: 127.0.0.1, port: ${port}}\n`);
  const yaml = `site: norte\ntenant: acme\ndata: ${folder}\ndevices:\n${rows.join('')}`;
  const config = parseConfig(yaml, 'agent.yaml', { SERENO_ALLOW_LOOPBACK: '1' });
  let link: CountingLink | undefined;
  const agent = new Agent(config, {
    log: pino({ level: 'silent' }),
    clock,
    connect: (events) => {
      link = new CountingLink(events, clock);
      return link;
    },
  });
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      clock.advance(STEP_MS);
      for (let n = 0; n < TURNS; n++) await turn();
    }
  };
  try {
    agent.start();
    await pass(60_000);
    if (keeps && link !== undefined) give(link, clock);
    await pass(SETTLING_MS);
    const before: Said = { ...link?.said };
    await pass(hours * HOUR_MS);
    return Object.fromEntries(
      Object.entries(link?.said ?? {}).map(([kind, { count, bytes }]) => {
        const was = before[kind] ?? { count: 0, bytes: 0 };
        return [kind, { count: count - was.count, bytes: bytes - was.bytes }];
      }),
    );
  } finally {
    await agent.stop();
    await Promise.all(terminals.map((terminal) => terminal.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** People and visitors to keep at the first terminal. */
function give(link: CountingLink, clock: ManualClock): void {
  const items = Array.from({ length: PEOPLE }, (_, n): WantedPerson => {
    const id = 7000 + n;
    return { person: `p-${id}`, version: 1, user_id: String(id), want: { name: `Persona ${id}` } };
  });
  link.command('people.put', 't0', { epoch: ulid(clock.now()), items });
  const seconds = Math.floor(clock.now() / 1000);
  const identifiers = Array.from({ length: RULES }, (_, n) => ({
    identifier_type: 'card',
    identifier_number: String(90_000 + n),
    identifier_owner: { type: 'guest', name: `Visita ${n}` },
    lock: 'all',
    valid: {
      time: { is_permanent: false, from: seconds - 60, to: seconds + 86_400 },
      passes: { is_permanent: true },
    },
  }));
  link.command('identifier.put', 't0', { type: 'card', items: identifiers });
}
