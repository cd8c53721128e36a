// The rules of a branch at work: what their keeper is given of the agent around it, and what it is told.
import type { Logger } from 'pino';
import { SerenoError } from '../shared/errors.ts';
import { Access } from './access/access.ts';
import type { LocalWrites, TerminalTables } from './access/ports.ts';
import { AccessStore } from './access/store.ts';
import type { Clock } from './clock.ts';
import type { AgentConfig } from './config/load.ts';
import type { CloudClock } from './dispatch/cloud-clock.ts';
import type { Station } from './dispatch/ports.ts';
import { usersInTurn } from './in-turn.ts';
import { isStorageError } from './journal/errors.ts';
import type { Punches } from './punches/punches.ts';
import type { Roster } from './terminal/tables/roster.ts';

/** A clock that was never measured may be set right at any time: it is looked at so often, ms. */
const LOOK_AT_CLOCK_MS = 2000;
/** The cloud's time has moved by itself if it is off by more than this, ms. */
const TIME_NEWS_MS = 50;

export interface RuleKeepingPorts {
  readonly config: Pick<AgentConfig, 'dataDir' | 'site'>;
  readonly clock: Clock;
  readonly cloudClock: CloudClock;
  readonly station: (device: string) => Station | undefined;
  readonly order: LocalWrites['order'];
  readonly inDoubt: TerminalTables['inDoubt'];
  readonly punches: () => Punches;
  readonly log: Logger;
}

export class RuleKeeping {
  readonly access: Access;
  readonly #ports: RuleKeepingPorts;
  readonly #store: AccessStore;
  #cancelLook: (() => void) | null = null;
  /** The cloud's time minus the monotonic one, as it was told. */
  #ahead: number;

  /** @throws SerenoError `agent_storage` if the folder cannot be used or another agent runs on it. */
  constructor(ports: RuleKeepingPorts) {
    const { config, clock, cloudClock, order, inDoubt, punches, log } = ports;
    this.#ports = ports;
    this.#ahead = this.#aheadNow;
    this.#store = new AccessStore(config.dataDir, config.site);
    this.access = new Access({
      store: this.#store,
      clock,
      cloudClock,
      writes: { order },
      tables: {
        users: (device, signal) => usersInTurn(this.#station(device), signal),
        has: (device) => ports.station(device) !== undefined,
        punches: (device) => modeOf(punches(), device),
        inDoubt,
      },
      events: { tell: (event) => punches().tell(event) },
      log,
    });
  }

  /** Goes on with what an earlier run left; the dispatcher must have done so before. */
  start(): void {
    this.access.resume();
    this.#ports.punches().start();
    this.#lookAtClock();
  }

  /** Begins nothing more; still hears what becomes of writes that are under way. */
  stop(): void {
    this.#cancelLook?.();
    this.access.stop();
  }

  close(): void {
    this.#store.close();
  }

  /** Whether a card that stands on that terminal has only so many passes. */
  countsPasses(device: string): boolean {
    return this.#store.rules(device).some(({ held, max_passes }) => held && max_passes !== null);
  }

  /** A table was read in full. Never throws. */
  saw(device: string, roster: Roster): void {
    try {
      this.access.saw(device, roster);
    } catch (error) {
      if (!isStorageError(error)) throw error;
      this.#ports.log.warn({ device, err: error }, 'what a table says of rules is looked at the next time');
    }
  }

  /** Call when the cloud's clock may have been measured anew. */
  measured(): void {
    const ahead = this.#aheadNow;
    const byMs = ahead - this.#ahead;
    if (Math.abs(byMs) <= TIME_NEWS_MS) return;
    this.#ahead = ahead;
    this.access.timeMoved(Math.round(byMs));
  }

  get #aheadNow(): number {
    return this.#ports.cloudClock.now() - this.#ports.clock.monotonic();
  }

  #lookAtClock(): void {
    this.#cancelLook = this.#ports.clock.after(
      LOOK_AT_CLOCK_MS,
      () => {
        this.measured();
        this.#lookAtClock();
      },
      { unref: true },
    );
  }

  /** @throws SerenoError `device_not_found` */
  #station(device: string): Station {
    const station = this.#ports.station(device);
    if (station === undefined) throw new SerenoError('device_not_found', { params: { device } });
    return station;
  }
}

/** A collector that has not begun yet will. */
function modeOf(punches: Punches, device: string): ReturnType<TerminalTables['punches']> {
  if (!punches.collects) return 'off';
  return punches.collected(device).mode === 'live' ? 'live' : 'polled';
}
