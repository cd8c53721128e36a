// A dispatcher on a journal of its own, in front of a simulated terminal and a line that notes every reply; for tests.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { ulid } from 'ulid';
import type { Command, Reply } from '../../../shared/wire/envelope.ts';
import { parseTopic } from '../../../shared/wire/topics.ts';
import type { TerminalSettings } from '../../../test/terminal/terminal.ts';
import { systemClock } from '../../clock.ts';
import { Journal } from '../../journal/journal.ts';
import { UndoVault } from '../../journal/undo-vault.ts';
import type { Link } from '../../link/link.ts';
import { type Bench, startBench } from '../../terminal/testing/bench.ts';
import { CloudClock } from '../cloud-clock.ts';
import { Dispatcher } from '../dispatcher.ts';
import { Fence } from '../fence.ts';
import { Outbox } from '../outbox.ts';
import type { DispatcherPorts } from '../ports.ts';
import { TerminalQueue } from '../terminal-queue.ts';

const UNDO_DAYS = 30;

/** A line to a cloud that notes every reply. */
export class NotingLink implements Link {
  isUp = true;
  readonly takesEvents = true;
  readonly session = 's';
  readonly replies: Reply[] = [];
  #watchers: (() => void)[] = [];

  start(): void {}

  async publish(topic: string, payload: Uint8Array): Promise<void> {
    const parsed = parseTopic(topic);
    if (parsed?.kind !== 'res' || !parsed.part.endsWith('-0')) return;
    this.replies.push(JSON.parse(Buffer.from(payload).toString()));
    for (const watch of this.#watchers) watch();
  }

  async stop(): Promise<void> {}

  /** The reply to `id`; `count`: how many there must be. */
  async reply(id: string, count = 1): Promise<Reply> {
    const found = () => this.replies.filter((reply) => reply.id === id);
    while (found().length < count) await new Promise<void>((resolve) => this.#watchers.push(resolve));
    return found()[count - 1]!;
  }
}

/** The fence of an agent that is connected, and as the cloud says the only one that ever was. */
function soleFence(cloudClock: CloudClock): Fence {
  const fence = new Fence(systemClock, cloudClock);
  fence.connected();
  fence.learn(0);
  return fence;
}

export class DispatchBench {
  /** The terminal, which an agent that starts again finds as it was. */
  readonly at: Bench;
  /** The only one that it has. */
  device = 'principal';
  readonly folder = mkdtempSync(join(tmpdir(), 'sereno-dispatch-'));
  journal: Journal;
  link = new NotingLink();
  queue: TerminalQueue;
  fence: Fence;
  dispatcher: Dispatcher;
  undo!: UndoVault;
  cloudClock = new CloudClock(systemClock);
  /** Told of writes of the cloud that have taken effect. */
  onWritten: DispatcherPorts['onWritten'] = () => undefined;
  readonly own = ownHandlers();

  private constructor(at: Bench) {
    this.at = at;
    this.journal = Journal.open(this.folder, 'norte');
    this.queue = this.#newQueue();
    this.fence = soleFence(this.cloudClock);
    this.dispatcher = this.#newDispatcher(UNDO_DAYS);
  }

  /** @param device more lines of agent.yaml for the terminal */
  static async start(settings: TerminalSettings = { users: 5 }, device = ''): Promise<DispatchBench> {
    return new DispatchBench(await startBench(settings, device));
  }

  /**
   * A new agent on the same folder and the same terminal; the old one must have let its journal go.
   * @param undoDays how long it keeps what deletes take away
   */
  assemble(undoDays = UNDO_DAYS): void {
    this.journal = Journal.open(this.folder, 'norte');
    this.link = new NotingLink();
    this.queue = this.#newQueue();
    this.cloudClock = new CloudClock(systemClock);
    this.fence = soleFence(this.cloudClock);
    this.dispatcher = this.#newDispatcher(undoDays);
  }

  /** Ends this agent in order, all but its folder and its terminal. */
  async leave(): Promise<void> {
    await this.queue.stop();
    this.dispatcher.stop();
    this.journal.close();
  }

  /** Hands a message over; tells whether it was acknowledged. */
  receive(message: unknown): boolean {
    let acknowledged = false;
    const payload = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
    this.dispatcher.receive({
      payload,
      acknowledge: () => {
        acknowledged = true;
      },
    });
    return acknowledged;
  }

  async stop(): Promise<void> {
    await this.leave();
    await this.at.stop();
    rmSync(this.folder, { recursive: true });
  }

  #newQueue(): TerminalQueue {
    return new TerminalQueue('principal', this.at.terminal, {
      isReachable: () => true,
      probeMs: () => 0,
      onBusy: () => undefined,
      clock: systemClock,
      timers: systemClock,
    });
  }

  #newDispatcher(days: number): Dispatcher {
    const { journal, folder, link, queue, fence } = this;
    const { terminal } = this.at;
    const log = pino({ level: 'silent' });
    this.undo = new UndoVault(journal.undo, { folder, site: 'norte', days, now: Date.now });
    return new Dispatcher({
      at: { tenant: 'acme', site: 'norte' },
      journal,
      outbox: new Outbox(journal, () => link, systemClock, log),
      undo: this.undo,
      clock: systemClock,
      cloudClock: this.cloudClock,
      fence,
      log,
      station: (device) => (device === this.device ? { terminal, queue, isReachable: true } : undefined),
      stations: () => [{ terminal, queue, isReachable: true }],
      publishProgress: () => undefined,
      own: this.own,
      onWritten: (...written) => this.onWritten(...written),
      words: {
        'device.refused': () => undefined,
        'site.tenure': () => undefined,
        'site.certificate': () => undefined,
        'agent.update': () => undefined,
      },
      onOwnSettled: () => undefined,
    });
  }
}

/** Whatever the agent does by itself succeeds. */
export function ownHandlers(): DispatcherPorts['own'] {
  const done = async () => ({ status: 'ok', data: {}, verified: 'none' }) as const;
  return {
    'device.put': done,
    'device.delete': done,
    'device.settings': done,
    'identifier.put': done,
    'identifier.delete': done,
    'identifier.reset': done,
    'identifier.list': done,
    'wiegand.put': done,
    'wiegand.get': done,
    'people.put': done,
    'finger.seal': done,
    'finger.give': done,
    'site.discover': done,
  };
}

/** A command of the cloud, as of now. */
export function command(op: string, args: unknown, fields: Partial<Command> = {}): Command {
  return {
    v: 1,
    id: ulid(),
    op,
    device: 'principal',
    issuedAt: Date.now(),
    notAfter: Date.now() + 22_000,
    via: 'direct',
    args,
    ...fields,
  };
}

export function create(userId: string, fields: Partial<Command> = {}): Command {
  return command('user.put', { mode: 'create', user_id: userId, fields: { name: 'Ana' } }, fields);
}
