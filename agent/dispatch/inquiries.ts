// What is not run but answered at once: what became of a command, that one should not be run, what the cloud says of the site.
import { SerenoError } from '../../shared/errors.ts';
import type { Command } from '../../shared/wire/envelope.ts';
import { isOfKind, operations } from '../../shared/wire/operations.ts';
import { failure, type Result } from '../terminal/session/result.ts';
import type { DispatcherPorts } from './ports.ts';
import { toMessages } from './replies.ts';
import type { Results } from './results.ts';
import { checkCommand, ulidTime } from './understanding.ts';

/** True for what is answered at once, without the journal: inquiries about commands, and words of the cloud. */
export function isInquiry({ op }: Command): boolean {
  return isOfKind('inquiry', op) || isOfKind('word', op);
}

/** Answers from the journal. Questions change nothing, so they are not journalled themselves. */
export class Inquiries {
  readonly #ports: DispatcherPorts;
  readonly #results: Results;

  constructor(ports: DispatcherPorts, results: Results) {
    this.#ports = ports;
    this.#results = results;
  }

  /** Answers what `isInquiry`. */
  answer(command: Command): void {
    const { at, outbox } = this.#ports;
    const answer = (outcome: Result) =>
      outbox.sendUnstored(toMessages(at, command.id, outcome, { queueMs: 0, deviceMs: 0 }).messages);
    try {
      checkCommand(command);
      answer({ status: 'ok', data: this.#dataOf(command), verified: 'none', applied: 'no' });
    } catch (error) {
      answer(failure(error));
    }
  }

  #dataOf({ op, args }: Command): object {
    if (op === 'device.refused') {
      this.#ports.onRefused(operations[op].args.parse(args).devices);
      return {};
    }
    if (op === 'site.tenure') {
      this.#ports.onFence(operations[op].args.parse(args));
      return {};
    }
    const { command_id: id } = operations['op.query'].args.parse(args);
    if (op === 'op.cancel') return { cancelled: this.#cancel(id) };
    this.#query(id);
    return {};
  }

  #query(id: string): void {
    const row = this.#ports.journal.find(id);
    if (row !== null) return this.#results.replay(row);
    // It may have come to another agent, with a journal that is not this one.
    const isElsewhere = this.#ports.fence.claim(ulidTime(id)) !== 'ours';
    this.#tombstone(
      id,
      new SerenoError(isElsewhere ? 'outcome_unknown' : 'expired', isElsewhere ? { applied: 'unknown' } : {}),
    );
  }

  #cancel(id: string): boolean {
    const row = this.#ports.journal.find(id);
    if (row === null) {
      // Somebody else may have run it: only who would know of it can say that it never came.
      if (this.#ports.fence.claim(ulidTime(id)) !== 'ours') return false;
      this.#tombstone(id, new SerenoError('cancelled'));
      return true;
    }
    if (row.reply !== null || row.state !== 'received') return false;
    const device = row.command?.device;
    return device !== undefined && (this.#ports.station(device)?.queue.cancel(id) ?? false);
  }

  /** Settles an id that never came, so that it is not run should it come late. */
  #tombstone(id: string, error: SerenoError): void {
    const { at, journal, outbox, clock } = this.#ports;
    const { reply, messages } = toMessages(at, id, failure(error), { queueMs: 0, deviceMs: 0 });
    if (reply.status === 'unknown') return outbox.sendUnstored(messages);
    journal.tombstone(reply, messages, clock.now());
    outbox.pump();
  }
}
