// What the cloud can ask of the rules of a terminal.
import { seal } from '../../shared/domain/sealed.ts';
import { SerenoError } from '../../shared/errors.ts';
import type { Command, Verified } from '../../shared/wire/envelope.ts';
import type { ArgsOf } from '../../shared/wire/operations.ts';
import { type Clock, limitOf } from '../clock.ts';
import { failure, type Result } from '../result.ts';
import type { Batch, Batches } from './batches.ts';
import { judged, judgedAlone, named } from './judge.ts';
import { listed, needsRoster } from './listing.ts';
import { planDelete, planPut, planReset } from './plan-items.ts';
import type { RecallHandlers, RuleHandlers, TerminalTables } from './ports.ts';
import type { AccessStore } from './store.ts';

export interface RequestPorts {
  readonly store: AccessStore;
  readonly clock: Clock;
  readonly tables: TerminalTables;
  readonly now: () => number;
  readonly keeper: (device: string) => { readonly batches: Batches };
}

export class Requests {
  readonly rules: RuleHandlers = {
    'identifier.put': ({ type, items }, command) =>
      this.#batch(command, {
        alone: (manners) => judgedAlone(items.map((wish) => judged(type, wish, manners))),
        plan: (scene) => planPut(type, items, scene),
      }),
    'identifier.delete': ({ type, numbers }, command) =>
      this.#batch(command, {
        alone: ({ wiegand }) => judgedAlone(numbers.map((number) => named(type, number, wiegand))),
        plan: (scene) => planDelete(type, numbers, scene),
      }),
    'identifier.reset': ({ type, number }, command) =>
      this.#batch(command, {
        alone: ({ wiegand }) => [named(type, number, wiegand)],
        plan: (scene) => planReset(type, number, scene),
      }),
    'wiegand.put': (args, command) => this.#answer(command, (device) => this.#putWiegand(device, args)),
  };
  readonly recalls: RecallHandlers = {
    'identifier.list': (args, command) =>
      this.#answer(command, (device) => this.#list(device, args, command)),
    'wiegand.get': (_args, command) => this.#answer(command, (device) => this.#ports.store.wiegand(device)),
  };
  readonly #ports: RequestPorts;

  constructor(ports: RequestPorts) {
    this.#ports = ports;
  }

  /** The batch as one command of a terminal. */
  #batch(command: Command, batch: Pick<Batch, 'alone' | 'plan'>) {
    const run = async (device: string) => {
      const { id, notAfter } = command;
      return { infos: await this.#ports.keeper(device).batches.run({ command: id, notAfter, ...batch }) };
    };
    return this.#answer(command, run, 'readback');
  }

  async #answer(
    command: Command,
    work: (device: string) => unknown,
    verified: Verified = 'none',
  ): Promise<Result> {
    try {
      const { device = '' } = command;
      if (!this.#ports.tables.has(device)) throw new SerenoError('device_not_found', { params: { device } });
      return { status: 'ok', data: await work(device), verified };
    } catch (error) {
      return failure(error);
    }
  }

  #putWiegand(device: string, wiegand: ArgsOf<'wiegand.put'>): ArgsOf<'wiegand.put'> {
    this.#ports.store.putWiegand(device, wiegand);
    return wiegand;
  }

  /** @throws SerenoError */
  async #list(
    device: string,
    args: ArgsOf<'identifier.list'>,
    { notAfter }: Command,
  ): Promise<{ sealed: string }> {
    const { store, tables, clock } = this.#ports;
    const left = notAfter - this.#ports.now();
    if (left <= 0) throw new SerenoError('expired');
    const users = needsRoster(args.type) ? await tables.users(device, limitOf(clock, left)) : null;
    const scene = {
      rules: store.rules(device),
      roster: users?.roster ?? null,
      wiegand: store.wiegand(device),
      enforced: tables.punches(device) === 'live' ? ('live' as const) : ('polled' as const),
      now: this.#ports.now(),
    };
    return { sealed: await seal(listed(args, scene), args.key) };
  }
}
