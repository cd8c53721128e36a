// Batches of the cloud at one terminal, one after the other: planned on its table, written in one order, answered from disk.
import { ulid } from 'ulid';
import type { IdentifierInfo } from '../../shared/domain/access-identifier.ts';
import { SerenoError } from '../../shared/errors.ts';
import { limitOf } from '../clock.ts';
import { failure } from '../result.ts';
import { limitsOf } from '../terminal/session/dialect.ts';
import { encodedLength } from '../zk/encoding.ts';
import type { DeviceManners, Refused } from './judge.ts';
import type { KeeperPorts } from './keeper-ports.ts';
import { tasksOfBatch } from './make-tasks.ts';
import { infoOf, outcomeOf } from './outcome.ts';
import type { ItemsPlan, ItemsScene } from './plan-items.ts';
import type { TerminalUsers } from './ports.ts';
import type { Task } from './task.ts';

/** What is asked of a terminal's rules. */
export interface Batch {
  readonly command: string;
  /** Epoch ms by the cloud's clock. */
  readonly notAfter: number;
  /** What can be said of each item without the terminal. */
  readonly alone: (manners: DeviceManners) => readonly (Refused | object)[];
  readonly plan: (scene: ItemsScene) => ItemsPlan;
}

export interface BatchHands {
  /** Resolves when nothing is being written for any rule. */
  readonly idle: () => Promise<void>;
  readonly epoch: number;
  /** Begins what is on disk. */
  readonly order: (tasks: readonly Task[]) => void;
}

export class Batches {
  readonly #device: string;
  readonly #ports: KeeperPorts;
  readonly #hands: BatchHands;
  readonly #waiting = new Map<string, (() => void)[]>();
  #lane: Promise<unknown> = Promise.resolve();

  constructor(device: string, ports: KeeperPorts, hands: BatchHands) {
    this.#device = device;
    this.#ports = ports;
    this.#hands = hands;
  }

  /**
   * The answers, one an item. Begun again under the same command id they are the same.
   * @throws SerenoError `expired`, `agent_storage`
   */
  async run(batch: Batch): Promise<readonly IdentifierInfo[]> {
    const begun = this.#lane.then(() => this.#begin(batch));
    this.#lane = begun.catch(() => undefined);
    return (await begun) ?? (await this.#answered(batch.command));
  }

  /** A task of that batch has ended. */
  settled(command: string | null): void {
    if (command === null || this.#waiting.get(command) === undefined || !this.#isAnswered(command)) return;
    for (const go of this.#waiting.get(command) ?? []) go();
    this.#waiting.delete(command);
  }

  /** The device is gone: nobody can tell any more what became of the rest. */
  giveUp(): void {
    for (const waiting of this.#waiting.values()) for (const go of waiting) go();
    this.#waiting.clear();
  }

  /** Null once it is begun: its tasks bring the answers. */
  async #begin(batch: Batch): Promise<readonly IdentifierInfo[] | null> {
    const { store, clock, now } = this.#ports;
    if (store.infos(batch.command) !== null) return null;
    const left = batch.notAfter - now();
    if (left <= 0) throw new SerenoError('expired');
    const signal = limitOf(clock, left);
    for (;;) {
      const isFree = await this.#idle(signal);
      const epoch = this.#hands.epoch;
      let users: TerminalUsers;
      try {
        if (!isFree) throw new SerenoError('expired');
        users = await this.#ports.tables.users(this.#device, signal);
      } catch (error) {
        return this.#refusedAll(batch, error);
      }
      if (epoch !== this.#hands.epoch) continue;
      this.#launch(batch, users);
      return null;
    }
  }

  /** Nothing is kept; what would have been refused in any case is. */
  #refusedAll(batch: Batch, error: unknown): readonly IdentifierInfo[] {
    const outcome = outcomeOf(failure(error));
    const info = outcome.kind === 'done' ? 'terminal_unreachable' : infoOf(outcome);
    return batch
      .alone({ wiegand: this.#wiegand, locks: 2, countsPasses: this.#countsPasses })
      .map((each) => ('info' in each ? each.info : info));
  }

  /** @throws SerenoError `agent_storage` */
  #launch(batch: Batch, users: TerminalUsers): void {
    const { store, now, newBadge } = this.#ports;
    const device = this.#device;
    const { roster } = users;
    const moment = now();
    const limits = limitsOf(users.dialect, roster.width);
    const before = store.rules(device);
    const scene: ItemsScene = {
      device,
      rules: before,
      guests: store.guests(device),
      roster,
      limits,
      wiegand: this.#wiegand,
      locks: users.device.locks,
      countsPasses: this.#countsPasses,
      fitsName: (name) => (encodedLength(name, users.device.encoding) ?? Infinity) <= limits.nameBytes,
      now: moment,
      newRuleId: ulid,
      newBadge: () => newBadge(device, users),
    };
    const at = { device, now: moment, command: batch.command, before, roster };
    const { infos, tasks } = tasksOfBatch(batch.plan(scene), at);
    store.atomically(() => {
      store.putInfos(batch.command, infos, moment);
      for (const task of tasks) store.putTask(task);
    });
    this.#hands.order(tasks);
  }

  get #countsPasses() {
    return this.#ports.tables.punches(this.#device) !== 'off';
  }

  get #wiegand() {
    return this.#ports.store.wiegand(this.#device);
  }

  /** False if that lasts until the deadline. */
  #idle(signal: AbortSignal): Promise<boolean> {
    const late = new Promise<boolean>((resolve) => {
      signal.addEventListener('abort', () => resolve(false), { once: true });
    });
    return Promise.race([this.#hands.idle().then(() => true), late]);
  }

  async #answered(command: string): Promise<readonly IdentifierInfo[]> {
    if (!this.#isAnswered(command)) {
      await new Promise<void>((resolve) => {
        this.#waiting.set(command, [...(this.#waiting.get(command) ?? []), resolve]);
      });
    }
    return (this.#ports.store.infos(command) ?? []).map((info) => info ?? 'unknown_outcome');
  }

  #isAnswered(command: string): boolean {
    return this.#ports.store.infos(command)?.every((info) => info !== null) ?? true;
  }
}
