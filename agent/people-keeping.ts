// The people of a branch at work: what their keeper is given of the agent around it, and what it is told.
import type { Logger } from 'pino';
import { SerenoError } from '../shared/errors.ts';
import type { Access } from './access/access.ts';
import type { LocalWrites, TerminalTables } from './access/ports.ts';
import type { Clock } from './clock.ts';
import type { AgentConfig } from './config/load.ts';
import type { LiveStation } from './devices/station.ts';
import type { CloudClock } from './dispatch/cloud-clock.ts';
import { People } from './people/people.ts';
import { PeopleStore } from './people/store.ts';
import type { Punches } from './punches/punches.ts';
import { usersInTurn } from './users-in-turn.ts';

export interface PeopleKeepingPorts {
  readonly config: Pick<AgentConfig, 'dataDir' | 'site'>;
  readonly clock: Clock;
  readonly cloudClock: CloudClock;
  readonly station: (device: string) => LiveStation | undefined;
  readonly order: LocalWrites['order'];
  readonly inDoubt: TerminalTables['inDoubt'];
  readonly punches: () => Punches;
  readonly rules: Pick<Access, 'ruled' | 'written'>;
  readonly log: Logger;
}

export class PeopleKeeping {
  readonly people: People;
  readonly #store: PeopleStore;

  /** @throws SerenoError `agent_storage` if the folder cannot be used or another agent runs on it. */
  constructor(ports: PeopleKeepingPorts) {
    const { config, clock, cloudClock, station, order, inDoubt, punches, rules, log } = ports;
    this.#store = new PeopleStore(config.dataDir, config.site);
    const stationOf = (device: string) => {
      const found = station(device);
      if (found === undefined) throw new SerenoError('device_not_found', { params: { device } });
      return found;
    };
    this.people = new People({
      store: this.#store,
      clock,
      writes: { order },
      tables: { users: (device, signal) => usersInTurn(stationOf(device), signal), inDoubt },
      log,
      now: () => cloudClock.now(),
      has: (device) => station(device) !== undefined,
      manner: (device) => station(device)?.device.drift ?? 'report',
      serial: (device) => station(device)?.serial ?? null,
      ruled: (device, userId) => rules.ruled(device, userId),
      tell: (events) => punches().tell(...events),
      // Rules of somebody who is taken away end, as they do when the cloud deletes a user.
      onWritten: (device, { op, args }) => {
        if (op === 'user.delete' || args.mode === 'create') rules.written(device, op, args);
      },
    });
  }

  /** Goes on with what an earlier run left; the dispatcher must have done so before. */
  start(): void {
    this.people.resume();
  }

  /** Begins nothing more; still hears what becomes of writes that are under way. */
  stop(): void {
    this.people.stop();
  }

  close(): void {
    this.#store.close();
  }
}
