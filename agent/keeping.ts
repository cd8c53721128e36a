// What an agent keeps at its terminals by itself, rules and people, as one for the agent around it.
import type { OperationOfKind } from '../shared/wire/operations.ts';
import type { AccessHandlers } from './access/ports.ts';
import { PeopleKeeping, type PeopleKeepingPorts } from './people-keeping.ts';
import { RuleKeeping, type RuleKeepingPorts } from './rule-keeping.ts';
import type { Roster } from './terminal/tables/roster.ts';

export type KeepingPorts = RuleKeepingPorts & Omit<PeopleKeepingPorts, 'rules'>;

export class Keeping {
  readonly operations: AccessHandlers<'rule'> & Omit<AccessHandlers<'recall'>, 'device.settings'>;
  readonly rules: RuleKeeping;
  readonly #people: PeopleKeeping;

  /** @throws SerenoError `agent_storage` if the folder cannot be used or another agent runs on it. */
  constructor(ports: KeepingPorts) {
    this.rules = new RuleKeeping(ports);
    this.#people = new PeopleKeeping({ ...ports, rules: this.rules.access });
    const { rules, recalls } = this.rules.access;
    const { people, between } = this.#people;
    this.operations = { ...rules, ...recalls, ...people.rules, ...between.handlers };
  }

  /** Goes on with what an earlier run left; the dispatcher must have done so before. */
  start(): void {
    this.rules.start();
    this.#people.start();
  }

  /** Begins nothing more; still hears what becomes of writes that are under way. */
  stop(): void {
    this.#people.stop();
    this.rules.stop();
  }

  close(): void {
    this.#people.close();
    this.rules.close();
  }

  /** A table was read in full. Never throws. */
  saw(device: string, roster: Roster): void {
    this.rules.saw(device, roster);
    this.#people.saw(device, roster);
  }

  contact(device: string, isReachable: boolean): void {
    this.rules.access.contact(device, isReachable);
    this.#people.contact(device, isReachable);
  }

  /** A write that the cloud had asked for has taken effect. @throws SerenoError `agent_storage` */
  written(device: string, op: OperationOfKind<'write'>, args: unknown): void {
    this.rules.access.written(device, op, args);
    this.#people.people.written(device, op, args);
  }

  deviceGone(device: string): void {
    this.rules.access.deviceGone(device);
    this.#people.deviceGone(device);
  }

  /** Who is kept where, as the hello tells it. */
  wanted(): ReturnType<PeopleKeeping['people']['wanted']> {
    return this.#people.people.wanted();
  }

  /** What is sealed to this key this agent alone can read. */
  get key(): string {
    return this.#people.between.publicKey;
  }
}
