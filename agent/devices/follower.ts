// Looks for followed terminals whose address no longer answers, or is another terminal's now: DHCP moves them.

import type { Timers } from '../clock.ts';
import { findBySerial } from '../discovery/by-serial.ts';
import type { DeviceSettings } from './settings.ts';
import type { LiveStation } from './station.ts';

/** A terminal that only restarts is back by then. */
const FIRST_MS = 20_000;
/** A search that finds nothing is followed by another one, with longer pauses. */
const AGAIN_MS = 120_000;
const AGAIN_AT_MOST_MS = 1_800_000;
/** On a network of the branch's own an address that is in use answers sooner. */
const ANSWER_MS = 1000;

export interface FollowerPorts {
  readonly stations: () => readonly Pick<LiveStation, 'device' | 'serial' | 'standing'>[];
  /** All addresses that may be asked. */
  readonly hosts: readonly string[];
  /** The devices by id are at these hosts now. */
  readonly move: (found: ReadonlyMap<string, string>) => Promise<void>;
  readonly timers: Timers;
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

/** A device whose terminal is elsewhere, with the serial number by which it is known. */
interface Lost extends DeviceSettings {
  readonly wanted: string;
}

export class Follower {
  readonly #ports: FollowerPorts;
  readonly #stopping = new AbortController();
  #cancel: (() => void) | null = null;
  #searching: Promise<void> | null = null;
  #pauseMs = AGAIN_MS;

  constructor(ports: FollowerPorts) {
    this.#ports = ports;
  }

  /** The state of a terminal has changed. */
  noticed(): void {
    const isLost = this.#lost().length > 0;
    if (this.#cancel === null && this.#searching === null && isLost) {
      this.#pauseMs = AGAIN_MS;
      this.#searchIn(FIRST_MS);
    }
    if (isLost) return;
    this.#cancel?.();
    this.#cancel = null;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#cancel?.();
    await this.#searching;
  }

  #lost(): Lost[] {
    return this.#ports.stations().flatMap(({ device, serial, standing }) => {
      const { state } = standing.contact;
      const isLost = device.follow && (state === 'offline' || state === 'swapped');
      return isLost && serial !== null ? [{ ...device, wanted: serial }] : [];
    });
  }

  #searchIn(ms: number): void {
    if (this.#stopping.signal.aborted) return;
    this.#cancel = this.#ports.timers.after(ms, () => {
      this.#cancel = null;
      this.#searching = this.#search().finally(() => {
        this.#searching = null;
        if (this.#lost().length === 0) return;
        this.#searchIn(this.#pauseMs);
        this.#pauseMs = Math.min(2 * this.#pauseMs, AGAIN_AT_MOST_MS);
      });
    });
  }

  async #search(): Promise<void> {
    const found = new Map<string, string>();
    const groups = Map.groupBy(this.#lost(), ({ port, transport }) => `${transport}:${port}`);
    for (const lost of groups.values()) {
      for (const [id, host] of await this.#searchAlike(lost)) found.set(id, host);
    }
    const missed = this.#lost().filter(({ id }) => !found.has(id));
    if (missed.length > 0) {
      this.#ports.log.warn(
        { devices: missed.map(({ id }) => id) },
        'terminals are not found by serial number',
      );
    }
    if (found.size > 0 && !this.#stopping.signal.aborted) await this.#ports.move(found);
  }

  /** Those of one port and transport are looked for together. @returns host by device */
  async #searchAlike(lost: readonly Lost[]): Promise<Map<string, string>> {
    const [first] = lost;
    const wanted = new Map(lost.map(({ id, wanted: serial }) => [serial, id]));
    if (first === undefined) return new Map();
    const { port, transport } = first;
    const hosts = await findBySerial({
      hosts: this.#hostsFor(lost),
      ...{ port, transport },
      wanted: new Set(wanted.keys()),
      timeoutMs: ANSWER_MS,
      signal: this.#stopping.signal,
    });
    const byDevice = [...hosts].map(([serial, host]) => [wanted.get(serial) ?? '', host] as const);
    const at = new Map(lost.map(({ id, host }) => [id, host]));
    return new Map(byDevice.filter(([id, host]) => at.get(id) !== host));
  }

  /** First where agent.yaml has them; never where another known terminal works: it may take one client at a time. */
  #hostsFor(lost: readonly Lost[]): string[] {
    const { stations, hosts } = this.#ports;
    const working = stations().filter(({ standing }) => standing.contact.state === 'online');
    const taken = new Set(working.map(({ device }) => device.host));
    const own = lost.flatMap(({ configuredHost }) => configuredHost ?? []);
    return [...new Set([...own, ...hosts])].filter((host) => !taken.has(host));
  }
}
