// People whom the agent keeps at its terminals by itself: what the cloud wants of them, and what the agent around tells the keepers.
//
// How the folder works: accept.ts says what a word of the cloud makes of what is kept (wanted.ts, store.ts). A keeper a terminal (keeper.ts) compares
// that with the table of users (plan.ts) and orders tasks (task.ts, make-task.ts); what a look or the end of a task has shown
// (findings.ts) is noted, and told (telling.ts).
import { createHash } from 'node:crypto';
import { type WantedStore, wantedDigest } from '../../shared/domain/wanted-person.ts';
import { SerenoError } from '../../shared/errors.ts';
import type { Command } from '../../shared/wire/envelope.ts';
import {
  type ArgsOf,
  type OperationOfKind,
  operations,
  type ResultOf,
} from '../../shared/wire/operations.ts';
import { failure, type Result } from '../result.ts';
import type { Roster } from '../terminal/tables/roster.ts';
import { accepted, letGo } from './accept.ts';
import { Keeper } from './keeper.ts';
import type { KeeperPorts } from './keeper-ports.ts';
import { isWantedThere } from './wanted.ts';

export interface PeoplePorts extends KeeperPorts {
  /** Whether the device is one of this site. */
  readonly has: (device: string) => boolean;
}

export class People {
  /** Begun again under the same command id they come to the same end. */
  readonly rules = {
    'people.put': async (args: ArgsOf<'people.put'>, command: Command): Promise<Result> => {
      try {
        return { status: 'ok', data: this.#put(args, command), verified: 'none' };
      } catch (error) {
        return failure(error);
      }
    },
  };
  readonly #ports: PeoplePorts;
  readonly #keepers = new Map<string, Keeper>();
  readonly #digests = new Map<string, WantedStore['devices'][string]>();
  #isRunning = false;

  constructor(ports: PeoplePorts) {
    this.#ports = ports;
  }

  /** Goes on with what an earlier run left; after the dispatcher has taken up its journal. */
  resume(): void {
    const { store, has } = this.#ports;
    this.#isRunning = true;
    const tasks = Map.groupBy(store.tasks(), ({ device }) => device);
    for (const device of new Set([...store.devices(), ...tasks.keys()])) {
      if (has(device)) this.#keeper(device).resume(tasks.get(device) ?? []);
      else this.deviceGone(device);
    }
  }

  /** Begins nothing more. */
  stop(): void {
    this.#isRunning = false;
    for (const keeper of this.#keepers.values()) keeper.stop();
  }

  /** A terminal's table was read in full. */
  saw(device: string, roster: Roster): void {
    if (this.#isRunning) this.#keepers.get(device)?.saw(roster);
  }

  contact(device: string, isReachable: boolean): void {
    if (isReachable) this.#keepers.get(device)?.retryNow();
  }

  /**
   * A write that the cloud had asked for has taken effect: whoever is kept there may be otherwise now; and whoever was taken away is
   * there again since somebody wants it so.
   * @throws SerenoError `agent_storage`
   */
  written(device: string, op: OperationOfKind<'write'>, args: unknown): void {
    const { store } = this.#ports;
    if (!store.has(device)) return;
    const given = operations[op].args.parse(args);
    const about = store.byBadge(device, given.user_id).filter(({ isKept }) => isKept);
    if (about.length === 0) return;
    // A change of somebody who is there does not make him one who may be.
    const isMadeAgain = op !== 'user.delete' && !('mode' in given && given.mode === 'update');
    if (isMadeAgain) {
      const gone = about.filter(({ want, reached }) => want === null && reached);
      store.atomically(() => {
        for (const wanted of gone) store.put(letGo(wanted));
      });
    }
    if (this.#isRunning) this.#keeper(device).lookSoon();
  }

  deviceGone(device: string): void {
    const { store, log } = this.#ports;
    this.#keepers.get(device)?.stop();
    this.#keepers.delete(device);
    this.#digests.delete(device);
    try {
      store.forget(device);
    } catch (error) {
      // The next start tries again.
      log.error({ device, err: error }, 'the people of a device that is gone could not be forgotten');
    }
  }

  /** Who is kept where, as the hello tells it. */
  wanted(): WantedStore {
    const { store } = this.#ports;
    return {
      store: store.id,
      devices: Object.fromEntries(store.devices().map((device) => [device, this.#digest(device)])),
    };
  }

  /** @throws SerenoError `device_not_found`, `expired`, `agent_storage` */
  #put({ epoch, items, whole = false }: ArgsOf<'people.put'>, command: Command): ResultOf<'people.put'> {
    const { store, has, now } = this.#ports;
    const { device = '', notAfter } = command;
    if (!has(device)) throw new SerenoError('device_not_found', { params: { device } });
    if (notAfter <= now()) throw new SerenoError('expired');
    let stored = 0;
    store.atomically(() => {
      for (const item of items) {
        const { wanted, counts } = accepted(store.find(device, item.person), item, { device, epoch });
        store.put(wanted);
        if (counts) stored += 1;
      }
      if (!whole) return;
      for (const wanted of store.of(device)) {
        if (wanted.isKept && wanted.epoch < epoch) store.put(letGo(wanted));
      }
    });
    this.#digests.delete(device);
    if (this.#isRunning) this.#keeper(device).changed(items.map(({ person }) => person));
    return { stored, store: store.id };
  }

  #digest(device: string): WantedStore['devices'][string] {
    const known = this.#digests.get(device);
    if (known !== undefined) return known;
    const there = this.#ports.store.of(device).filter(isWantedThere);
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    const fresh = { count: there.length, digest: wantedDigest(there, sha256) };
    this.#digests.set(device, fresh);
    return fresh;
  }

  #keeper(device: string): Keeper {
    const known = this.#keepers.get(device);
    if (known !== undefined) return known;
    const keeper = new Keeper(device, this.#ports);
    this.#keepers.set(device, keeper);
    return keeper;
  }
}
