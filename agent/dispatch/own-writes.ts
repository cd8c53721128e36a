// Writes that the agent orders by itself: journalled together, done as those of the cloud are, told to whoever ordered them.
import { type ErrorParams, isErrorCode, SerenoError } from '../../shared/errors.ts';
import { type Command, type Reply, WIRE_VERSION } from '../../shared/wire/envelope.ts';
import type { OperationOfKind } from '../../shared/wire/operations.ts';
import type { Clock } from '../clock.ts';
import { isStorageError } from '../journal/errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { JournalRow, Origin } from '../journal/rows.ts';
import { failure, type Result } from '../result.ts';

export interface OwnOrder {
  /** A ULID. */
  readonly id: string;
  /** Epoch ms by the cloud's clock. */
  readonly issuedAt: number;
  /** It must have begun by then, epoch ms by the cloud's clock. */
  readonly notAfter: number;
  readonly op: OperationOfKind<'write'>;
  readonly args: { readonly user_id: string };
}

export type Urgency = Exclude<Origin, 'command'>;

export interface OwnWritesPorts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly begin: (command: Command, origin: Origin) => void;
}

export class OwnWrites {
  readonly #ports: OwnWritesPorts;
  readonly #waiting = new Map<string, ((result: Result) => void)[]>();

  constructor(ports: OwnWritesPorts) {
    this.#ports = ports;
  }

  /**
   * All of them are on disk before the first begins. One whose id is known is not ordered again: it comes to what became of
   * it. None rejects; none settles once the agent stops.
   */
  order(device: string, orders: readonly OwnOrder[], urgency: Urgency): readonly Promise<Result>[] {
    const { journal, clock, begin } = this.#ports;
    const results = orders.map(({ id }) => this.#resultOf(id));
    const writes = orders.map((order) => ({
      command: toCommand(device, order),
      userId: order.args.user_id,
      origin: urgency,
    }));
    let known: readonly (JournalRow | null)[];
    try {
      known = journal.receiveOwn(writes, clock.now());
    } catch (error) {
      if (!isStorageError(error)) throw error;
      for (const { id } of orders) this.settled(id, failure(error));
      return results;
    }
    for (const [index, { command }] of writes.entries()) {
      const row = known[index] ?? null;
      if (row === null) begin(command, urgency);
      else if (row.reply !== null) this.settled(row.id, toResult(row.reply));
    }
    return results;
  }

  /** It is known what became of one; later words about it change nothing. */
  settled(id: string, result: Result): void {
    const waiting = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    for (const tell of waiting) tell(result);
  }

  #resultOf(id: string): Promise<Result> {
    return new Promise((resolve) => this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), resolve]));
  }
}

function toCommand(device: string, { id, op, args, issuedAt, notAfter }: OwnOrder): Command {
  return { v: WIRE_VERSION, id, op, device, issuedAt, notAfter, via: 'direct', args };
}

function toResult({ status, code = '', data, applied, verified }: Reply): Result {
  if (status === 'ok') return { status, data, applied, verified };
  const known = isErrorCode(code) ? code : 'internal';
  return failure(new SerenoError(known, { params: (data ?? {}) as ErrorParams, applied }));
}
