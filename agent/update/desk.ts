// What the agent has to do with updates: it leaves a request where the updater looks, and tells what becomes of it. It can write nothing that runs.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { UpdateReport, UpdateRequest } from '../../shared/domain/agent-update.ts';
import type { Clock } from '../clock.ts';
import { askUpdater, InboxFolder } from './inbox.ts';
import { REQUEST_FILE, requestPlaces } from './places.ts';
import { readState, type State } from './state.ts';

export interface DeskPorts {
  /** Of the updater; null: there is none beside this agent. */
  readonly folder: string | null;
  readonly clock: Pick<Clock, 'after' | 'monotonic'>;
  /** There is something new to tell. */
  readonly onNews: () => void;
  readonly log: Logger;
}

/** While an update is under way. */
const LOOK_MS = 5000;
/** An updater that works takes a request within seconds; one that is at another update within minutes, and then says so. */
const PATIENCE_MS = 15 * 60_000;

export class UpdateDesk {
  readonly #ports: DeskPorts;
  /** What came to nothing before the updater had it. */
  #own: UpdateReport | null = null;
  #askedAt: number;
  #told: UpdateReport | null = null;
  #cancelLook: (() => void) | null = null;

  constructor(ports: DeskPorts) {
    this.#ports = ports;
    this.#askedAt = ports.clock.monotonic();
  }

  /** What became of the update that was asked for last; null: none was. */
  get report(): UpdateReport | null {
    this.#told = this.#report();
    return this.#told;
  }

  /** An update may be under way already: this run of the agent may be its new version. */
  start(): void {
    this.#watch();
  }

  /** The cloud wants a version; it says so again until it has heard of it. */
  take(request: UpdateRequest): void {
    const { folder, clock, log } = this.#ports;
    if (!this.#isKnown(request.id)) {
      this.#own = null;
      this.#askedAt = clock.monotonic();
      try {
        if (folder === null) throw new NoUpdater();
        askUpdater(requestPlaces(folder).inbox, request);
        log.info({ update: request.id, version: request.version }, 'update asked of the updater');
      } catch (error) {
        this.#fail(request.id, error);
      }
    }
    this.#ports.onNews();
    this.#watch();
  }

  stop(): void {
    this.#cancelLook?.();
    this.#cancelLook = null;
  }

  #isKnown(id: string): boolean {
    return this.#waiting()?.id === id || [this.#state()?.underWay?.id, this.#state()?.last?.id].includes(id);
  }

  #fail(id: string, error: unknown): void {
    const { code } = error as NodeJS.ErrnoException;
    const isThere = !(error instanceof NoUpdater) && code !== 'ENOENT' && code !== 'EACCES';
    const reason = isThere ? 'storage' : 'unsupported';
    this.#ports.log.warn({ update: id, reason, error: String(error) }, 'update not asked of the updater');
    this.#own = { id, state: 'failed', reason };
  }

  /** Looks again while something is under way, and tells what is new. */
  #watch(): void {
    this.stop();
    this.#giveUp();
    const report = this.#report();
    if (report?.state !== this.#told?.state || report?.id !== this.#told?.id) this.#ports.onNews();
    if (report?.state !== 'under_way') return;
    this.#cancelLook = this.#ports.clock.after(LOOK_MS, () => this.#watch(), { unref: true });
  }

  /** A request that nobody takes must not be taken at some later time, when nobody expects it any more. */
  #giveUp(): void {
    const { folder, clock, log } = this.#ports;
    const waiting = this.#waiting();
    if (folder === null || waiting === null) return;
    if (this.#state()?.underWay) this.#askedAt = clock.monotonic();
    if (clock.monotonic() - this.#askedAt < PATIENCE_MS) return;
    rmSync(join(requestPlaces(folder).inbox, REQUEST_FILE), { force: true });
    log.warn({ update: waiting.id }, 'the updater does not take the update');
    this.#own = { id: waiting.id, state: 'failed', reason: 'unsupported' };
  }

  #report(): UpdateReport | null {
    const waiting = this.#waiting();
    if (waiting !== null) return { id: waiting.id, state: 'under_way' };
    const { underWay = null, last = null } = this.#state() ?? {};
    // A wish may have come to nothing here while the one before is still under way: it is the later one.
    if (this.#own !== null && ![underWay?.id, last?.id].includes(this.#own.id)) return this.#own;
    if (underWay !== null) return { id: underWay.id, state: 'under_way' };
    if (last === null) return null;
    return { id: last.id, state: last.state, ...(last.reason && { reason: last.reason }) };
  }

  /** What is asked for and not taken yet. */
  #waiting(): UpdateRequest | null {
    const { folder } = this.#ports;
    return folder === null ? null : new InboxFolder(requestPlaces(folder).inbox).look();
  }

  #state(): State | null {
    const { folder, log } = this.#ports;
    if (folder === null) return null;
    try {
      return readState(requestPlaces(folder).state);
    } catch (error) {
      log.warn({ error: String(error) }, 'what the updater has written cannot be read');
      return null;
    }
  }
}

class NoUpdater extends Error {
  override readonly name = 'NoUpdater';
}
