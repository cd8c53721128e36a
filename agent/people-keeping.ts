// The people of a branch at work: what their keeper is given of the agent around it, and what it is told.
import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Logger } from 'pino';
import { SerenoError } from '../shared/errors.ts';
import type { Access } from './access/access.ts';
import type { LocalWrites, TerminalTables } from './access/ports.ts';
import { type Clock, limitOf } from './clock.ts';
import type { AgentConfig } from './config/load.ts';
import type { LiveStation } from './devices/station.ts';
import type { CloudClock } from './dispatch/cloud-clock.ts';
import type { IdleWork } from './dispatch/queue-item.ts';
import { FingersBetween } from './fingers/between.ts';
import { freshAgentKey } from './fingers/envelope.ts';
import { FingersFollow, type IdleLook } from './fingers/follow.ts';
import type { InTurn } from './fingers/turn.ts';
import { inTurn, usersInTurn } from './in-turn.ts';
import { People } from './people/people.ts';
import { PeopleStore } from './people/store.ts';
import type { Punches } from './punches/punches.ts';
import type { Roster } from './terminal/tables/roster.ts';

export interface PeopleKeepingPorts {
  readonly config: Pick<AgentConfig, 'dataDir' | 'site' | 'tenant'>;
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
  readonly fingers: FingersFollow;
  readonly between: FingersBetween;
  readonly #store: PeopleStore;
  readonly #idle = new WeakMap<IdleLook, IdleWork>();

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
      onPresent: (present) => this.fingers.present(present),
      // Rules of somebody who is taken away end, as they do when the cloud deletes a user.
      onWritten: (device, { op, args }) => {
        if (op !== 'user.delete' && args.mode !== 'create') return;
        rules.written(device, op, args);
        this.fingers.gone(device, args.user_id);
      },
    });
    const askInTurn: InTurn = (device, work, withinMs) =>
      inTurn(
        stationOf(device),
        (terminal, signal) =>
          terminal.read((conversation, cache) => work({ conversation, cache, terminal, signal }), signal),
        limitOf(clock, withinMs),
      );
    this.between = new FingersBetween({
      at: { tenant: config.tenant, site: config.site },
      store: this.#store,
      key: agentKeyOf(this.#store),
      now: () => cloudClock.now(),
      inTurn: askInTurn,
      onGiven: (person) => this.fingers.present([person]),
    });
    this.fingers = new FingersFollow({
      store: this.#store,
      clock,
      log,
      serial: (device) => station(device)?.serial ?? null,
      now: () => cloudClock.now(),
      tell: (event) => punches().tell(event),
      inTurn: askInTurn,
      whenIdle: (device, look) => station(device)?.queue.whenIdle(this.#idleWork(device, look, station)),
    });
  }

  /** The same work for the same look: it waits once. */
  #idleWork(device: string, look: IdleLook, station: PeopleKeepingPorts['station']): IdleWork {
    const known = this.#idle.get(look);
    if (known !== undefined) return known;
    const work: IdleWork = {
      refuse: () => look.ended(false),
      async run(signal, isWanted) {
        try {
          await station(device)?.terminal.read(
            (conversation, cache) => look.run({ conversation, cache, signal }, isWanted),
            signal,
          );
          look.ended(false);
        } catch {
          look.ended(!signal.aborted);
        }
      },
    };
    this.#idle.set(look, work);
    return work;
  }

  /** Goes on with what an earlier run left; the dispatcher must have done so before. */
  start(): void {
    this.people.resume();
    this.fingers.start();
  }

  /** Begins nothing more; still hears what becomes of writes that are under way. */
  stop(): void {
    this.fingers.stop();
    this.people.stop();
  }

  close(): void {
    this.#store.close();
  }

  /** A table was read in full. */
  saw(device: string, roster: Roster): void {
    this.people.saw(device, roster);
    this.fingers.saw(device, roster);
  }

  contact(device: string, isReachable: boolean): void {
    this.people.contact(device, isReachable);
    if (isReachable) this.fingers.contact(device);
  }

  deviceGone(device: string): void {
    this.people.deviceGone(device);
    this.fingers.deviceGone(device);
  }
}

/** The key by which other agents seal to this one; a new one where its memory was lost. */
function agentKeyOf(store: PeopleStore): KeyObject {
  const make = () => freshAgentKey().export({ type: 'pkcs8', format: 'der' });
  return createPrivateKey({ key: store.secret('agent-key', make), format: 'der', type: 'pkcs8' });
}
