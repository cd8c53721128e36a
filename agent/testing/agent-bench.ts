// A whole agent on a folder of its own, in front of simulated terminals, behind a line that notes what it tells.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { pino } from 'pino';
import { ulid } from 'ulid';
import {
  type Command,
  type Hello,
  helloSchema,
  type Reply,
  replySchema,
} from '../../shared/wire/envelope.ts';
import {
  type EventBatch,
  eventBatchSchema,
  type PunchEvent,
  type UserEvent,
} from '../../shared/wire/events.ts';
import { parseTopic } from '../../shared/wire/topics.ts';
import { Agent } from '../agent.ts';
import { type Clock, systemClock, type Timers } from '../clock.ts';
import { parseConfig } from '../config/load.ts';
import type { Link, LinkEvents } from '../link/link.ts';

/** A line to a cloud that notes every reply and every hello. */
class NotingLink implements Link {
  isUp = true;
  readonly takesEvents = true;
  readonly session = 's';
  readonly replies: Reply[] = [];
  readonly hellos: Hello[] = [];
  readonly batches: EventBatch[] = [];
  /** Whether the cloud says that it has stored events. */
  stores = true;
  /** Once set, the cloud says with each such word that it was put back to an earlier time. */
  mark: string | undefined;
  readonly #watchers = new Set<() => void>();
  readonly events: LinkEvents;

  constructor(events: LinkEvents) {
    this.events = events;
  }

  start(): void {
    queueMicrotask(() => this.events.onUp());
  }

  async publish(topic: string, payload: Uint8Array): Promise<void> {
    const parsed = parseTopic(topic);
    if (parsed?.kind === 'events')
      this.#take(eventBatchSchema.parse(JSON.parse(gunzipSync(payload).toString())));
    const text = Buffer.from(payload).toString();
    if (parsed?.kind === 'hello') this.#heard(helloSchema.parse(JSON.parse(text)));
    if (parsed?.kind === 'res' && parsed.part.endsWith('-0')) {
      this.replies.push(replySchema.parse(JSON.parse(text)));
    }
    for (const watch of this.#watchers) watch();
  }

  #take(batch: EventBatch): void {
    this.batches.push(batch);
    const { journal, seq } = batch;
    if (!this.stores) return;
    const word = { v: 1, journal, seq, again: this.mark };
    queueMicrotask(() => this.events.onStored(Buffer.from(JSON.stringify(word))));
  }

  /** Punches that were told, the first time each, in order. */
  punches(): PunchEvent[] {
    const all = this.batches.flatMap(({ events }) => events);
    const punches = all.filter((event) => event.type === 'punch');
    return [...new Map(punches.map((punch) => [punch.id, punch])).values()];
  }

  /** What the keypad has changed, as it was told. */
  userEvents(): UserEvent[] {
    return this.batches.flatMap(({ events }) => events).filter((event) => 'by' in event);
  }

  /** The cloud says that no other agent has ever spoken for the site. */
  #heard(hello: Hello): void {
    const { session, seq = 0, tenureSince } = hello;
    this.hellos.push(hello);
    if (tenureSince !== null) return;
    const word = commandOf('site.tenure', undefined, { session, seq, since: 0 });
    this.events.onCommand({ payload: Buffer.from(JSON.stringify(word)), acknowledge: () => undefined });
  }

  async stop(): Promise<void> {
    this.isUp = false;
  }

  /** Settles with what `find` finds, looking at everything that is told; rejects after `withinMs`. */
  until<T>(find: () => T | undefined, withinMs = 8000): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = find();
        if (found === undefined) return;
        finish();
        resolve(found);
      };
      const timer = setTimeout(() => {
        finish();
        reject(new Error(`not told within ${withinMs} ms: ${find}`));
      }, withinMs);
      const finish = () => {
        clearTimeout(timer);
        this.#watchers.delete(look);
      };
      this.#watchers.add(look);
      look();
    });
  }
}

function commandOf(op: string, device: string | undefined, args: unknown): Command {
  const now = Date.now();
  const to = device === undefined ? {} : { device };
  return { v: 1, id: ulid(), op, ...to, issuedAt: now, notAfter: now + 22_000, via: 'direct', args };
}

/** Time for the looks at terminals that nobody asks: it goes on when the test says so. */
class ManualTimers implements Timers {
  #now = 0;
  readonly #waiting = new Set<{ readonly at: number; readonly work: () => void }>();

  after(ms: number, work: () => void): () => void {
    const entry = { at: this.#now + ms, work };
    this.#waiting.add(entry);
    // The first contact, and what must be put right at once.
    if (ms === 0) queueMicrotask(() => this.#call(0));
    return () => void this.#waiting.delete(entry);
  }

  /** True while nothing waits for time to pass. */
  get isAtRest(): boolean {
    return this.#waiting.size === 0;
  }

  /** Waits until something waits for time, lets `ms` go by, and calls what is due. */
  async pass(ms: number): Promise<void> {
    while (this.#waiting.size === 0) await new Promise((resolve) => setImmediate(resolve));
    this.#call(ms);
  }

  #call(ms: number): void {
    this.#now += ms;
    for (const entry of [...this.#waiting].filter(({ at }) => at <= this.#now)) {
      this.#waiting.delete(entry);
      entry.work();
    }
  }
}

export class AgentBench {
  #timers: ManualTimers | null = null;
  readonly #folder = mkdtempSync(join(tmpdir(), 'sereno-agent-'));
  #agent: Agent | null = null;
  #wallOffset = 0;
  readonly #clock: Clock = { ...systemClock, now: () => systemClock.now() + this.#wallOffset };
  link!: NotingLink;

  /**
   * `yaml`: `allow_hosts` and `devices` of its agent.yaml; `timeoutMs` instead of the whole seconds that it knows. A
   * second start goes on with the same data.
   */
  start(
    yaml = '',
    environment: NodeJS.ProcessEnv = { SERENO_ALLOW_LOOPBACK: '1' },
    timeoutMs?: number,
  ): void {
    // Tests of something else are not to find a terminal busy with its punches.
    const punches = yaml.includes('punches:') ? '' : 'punches: {every: 0}\n';
    const text = `site: norte\ntenant: acme\ndata: ${this.#folder}\n${punches}${yaml}`;
    const config = parseConfig(text, 'agent.yaml', environment);
    const devices = config.devices.map((device) => ({ ...device, timeoutMs: timeoutMs ?? device.timeoutMs }));
    this.#agent = new Agent(
      { ...config, devices },
      {
        log: pino({ level: 'silent' }),
        clock: this.#clock,
        ...(this.#timers !== null && { timers: this.#timers }),
        connect: (events) => {
          this.link = new NotingLink(events);
          return this.link;
        },
      },
    );
    this.#agent.start();
  }

  /** From the next start on idle terminals are looked at when the test lets time pass. */
  stopTime(): ManualTimers {
    this.#timers = new ManualTimers();
    return this.#timers;
  }

  /** Somebody, or a time server, sets the clock of the mini-PC. */
  stepWallClock(ms: number): void {
    this.#wallOffset += ms;
  }

  get folder(): string {
    return this.#folder;
  }

  async stop(): Promise<void> {
    await this.#agent?.stop();
    this.#agent = null;
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true });
  }

  /** Hands a command over without waiting. @returns its id */
  send(op: string, device: string | undefined, args: unknown, fields: Partial<Command> = {}): string {
    const command = { ...commandOf(op, device, args), ...fields };
    const payload = Buffer.from(JSON.stringify(command));
    this.link.events.onCommand({ payload, acknowledge: () => undefined });
    return command.id;
  }

  reply(id: string): Promise<Reply> {
    return this.link.until(() => this.link.replies.find((reply) => reply.id === id));
  }

  run(op: string, device: string, args: unknown = {}, fields: Partial<Command> = {}): Promise<Reply> {
    return this.reply(this.send(op, device, args, fields));
  }

  /** The first hello from now on in which `holds` holds. */
  hello(holds: (hello: Hello) => boolean): Promise<Hello> {
    const before = Math.max(0, this.link.hellos.length - 1);
    return this.link.until(() => this.link.hellos.slice(before).find(holds));
  }
}
