// What a branch tells: its punches with a collector for each terminal, what they remember on disk, rules' events, and the way up.
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { CollectedPunches } from '../../shared/domain/collected.ts';
import type { HandEvent, PersonEvent, RuleEvent } from '../../shared/wire/events.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { Clock } from '../clock.ts';
import { isStorageError } from '../journal/errors.ts';
import { Collector } from './collector.ts';
import { PunchDatabase } from './database.ts';
import { LocalEvents, type LocalEventsPorts } from './local-events.ts';
import { PunchMemory } from './memory.ts';
import { EventOutbox } from './outbox.ts';
import type { CollectedStation } from './ports.ts';
import { EventSender } from './sender.ts';
import { type PunchListener, PunchTelling } from './telling.ts';
import { type OwnWrites, UserWatch } from './user-watch.ts';

export interface PunchesOptions {
  readonly folder: string;
  readonly at: SiteAddress;
  /** See `CollectorPorts`. 0: no punches are collected; what else there is to tell is told all the same. */
  readonly everyMs: number;
  readonly live: boolean | null;
  readonly ownWrites: OwnWrites;
  /** Somebody should be told how far punches from before are taken. */
  readonly onNews: () => void;
  /** Whether somebody waits for the punches of a device. */
  readonly isPressing: (device: string) => boolean;
  /** Told of every punch, of what an earlier run has left too, before it is forgotten. */
  readonly onPunch: PunchListener;
  readonly publish: (topic: string, payload: Uint8Array) => Promise<void>;
  /** Of what listens in the branch; null where nothing does. */
  readonly localBroker: LocalEventsPorts['broker'] | null;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Each word on how far the history is taken costs a message and a write in the cloud. */
const HISTORY_NEWS_MS = 30_000;
export const NOT_COLLECTED: CollectedPunches = { mode: 'off', history: { done: 0, total: 0 } };

export class Punches {
  readonly #options: PunchesOptions;
  readonly #database: PunchDatabase;
  readonly #outbox: EventOutbox;
  readonly #memory: PunchMemory;
  readonly #users: UserWatch;
  readonly #sender: EventSender;
  readonly #local: LocalEvents | null;
  readonly #telling: PunchTelling;
  readonly #collectors = new Map<CollectedStation, Collector>();
  #isStopped = false;
  #historyToldAt = Number.NEGATIVE_INFINITY;

  /** @throws SerenoError `agent_storage` if the folder cannot be used or another agent runs on it. */
  constructor(options: PunchesOptions) {
    const { folder, at, ownWrites, onPunch, publish, localBroker: broker, clock, log } = options;
    this.#options = options;
    this.#database = PunchDatabase.open(folder, at.site);
    this.#outbox = new EventOutbox(this.#database);
    this.#memory = new PunchMemory(this.#database, this.#outbox);
    const outbox = this.#outbox;
    this.#telling = new PunchTelling(outbox, onPunch);
    this.#local = broker === null ? null : new LocalEvents({ site: at.site, outbox, broker, log });
    const now = () => clock.now();
    this.#users = new UserWatch({ database: this.#database, outbox: this.#outbox, ownWrites, now });
    this.#sender = new EventSender({
      at,
      // A new one for each run: a copy of this memory that is put back counts again what an earlier run has counted.
      journal: randomUUID(),
      outbox: this.#outbox,
      publish,
      clock,
      log,
      onStored: () => {
        for (const collector of this.#collectors.values()) collector.resume();
      },
      onLost: (mark) => this.#tellAgain(mark),
    });
  }

  /** These are the terminals from now on. What is known of the log of one that is gone is forgotten, over a full disk later. */
  follow(stations: readonly CollectedStation[]): void {
    for (const [station, collector] of this.#collectors) {
      if (stations.includes(station)) continue;
      collector.stop();
      this.#collectors.delete(station);
    }
    this.#forgetAllBut(stations.map(({ terminal }) => terminal.device.id));
    if (!this.collects) return;
    for (const station of stations) {
      if (!this.#collectors.has(station)) this.#collect(station);
    }
  }

  #forgetAllBut(ids: readonly string[]): void {
    try {
      for (const device of this.#memory.devices()) {
        if (ids.includes(device)) continue;
        this.#users.forget(device);
        this.#memory.forget(device);
      }
    } catch (error) {
      if (!isStorageError(error)) throw error;
      this.#options.log.warn({ err: error }, 'punches of deleted devices not forgotten yet');
    }
  }

  #collect(station: CollectedStation): void {
    const { everyMs, live, clock, log } = this.#options;
    const collector = new Collector(station, {
      memory: this.#memory,
      users: this.#users,
      outbox: this.#outbox,
      clock,
      log,
      everyMs,
      live,
      isPressing: () => this.#options.isPressing(station.terminal.device.id),
      onEvents: () => this.#pump(),
      onHistory: (left) => this.#tellHistory(left),
    });
    this.#collectors.set(station, collector);
    collector.start();
  }

  #tellHistory(left: number): void {
    const now = this.#options.clock.monotonic();
    if (left > 0 && now - this.#historyToldAt < HISTORY_NEWS_MS) return;
    this.#historyToldAt = now;
    this.#options.onNews();
  }

  /** How the punches of a device are collected. */
  collected(device: string): CollectedPunches {
    const found = [...this.#collectors].find(([{ terminal }]) => terminal.device.id === device);
    return this.#isStopped ? NOT_COLLECTED : (found?.[1].collected ?? NOT_COLLECTED);
  }

  /** Whether punches are collected at all. */
  get collects(): boolean {
    return this.#options.everyMs > 0;
  }

  /** Tells what an earlier run has left, once those are ready who want to know. */
  start(): void {
    this.#tellPunches();
  }

  /** All of them are on disk when it returns; told to the cloud in order. @throws SerenoError `agent_storage` */
  tell(...events: (RuleEvent | PersonEvent | HandEvent)[]): void {
    if (events.length === 0) return;
    try {
      this.#database.atomically(() => {
        for (const event of events) this.#outbox.append(event);
      });
    } catch (error) {
      this.#outbox.recount();
      throw error;
    }
    this.#pump();
  }

  #pump(): void {
    this.#tellPunches();
    this.#local?.pump();
    this.#sender.pump();
  }

  /** @returns false where a full disk keeps some of them from being counted yet */
  #tellPunches(): boolean {
    try {
      this.#telling.pump();
      return true;
    } catch (error) {
      if (!isStorageError(error)) throw error;
      this.#options.log.warn({ err: error }, 'punches not counted yet');
      return false;
    }
  }

  /** The line to the cloud stands; events are sent where the cloud takes them. */
  connected(takesEvents: boolean): void {
    if (takesEvents) this.#sender.connected();
    else this.#options.log.warn('the cloud takes no events: they wait on disk');
  }

  disconnected(): void {
    this.#sender.disconnected();
  }

  /** The cloud says how far it has stored. Words that come when all is stopped are about what will be sent again. */
  stored(message: Uint8Array): void {
    if (this.#isStopped) return;
    this.#local?.pump();
    // What is not counted yet must not be forgotten: the cloud says it again.
    if (this.#tellPunches()) this.#sender.stored(message);
  }

  /** The cloud was put back to an earlier time: what it says of it comes with every word until it is on disk here. */
  #tellAgain(mark: string): void {
    try {
      if (!this.#memory.noteLost(mark)) return;
    } catch (error) {
      if (!isStorageError(error)) throw error;
      return this.#options.log.warn({ err: error }, 'not written down that punches are to be told again');
    }
    for (const collector of this.#collectors.values()) collector.again();
  }

  /** Events that the cloud is not known to have. */
  get waiting(): number {
    return this.#outbox.length;
  }

  /** The terminals are let go by their queues, which are to be stopped first. */
  stop(): void {
    this.#isStopped = true;
    for (const collector of this.#collectors.values()) collector.stop();
    this.#sender.stop();
    this.#database.close();
  }
}
