// What is not run but answered at once: what became of a command, and that one should not be run.
import { decodeTime } from 'ulid';
import { SerenoError } from '../../shared/errors.ts';
import { failure, type Result } from '../result.ts';
import type { Handlers } from './handlers.ts';
import type { AtOnce } from './intake.ts';
import type { DispatcherPorts } from './ports.ts';
import { toMessages } from './replies.ts';
import type { Results } from './results.ts';

export interface InquiriesPorts extends DispatcherPorts {
  /** See `Batches`. */
  readonly cancelBatch: (id: string) => boolean;
}

/** Answers from the journal. Questions change nothing, so they are not journalled themselves. */
export class Inquiries {
  readonly handlers: Handlers<'inquiry', object> = {
    'op.query': ({ command_id }) => {
      this.#query(command_id);
      return {};
    },
    'op.cancel': ({ command_id }) => ({ cancelled: this.#cancel(command_id) }),
  };
  readonly #ports: InquiriesPorts;
  readonly #results: Results;

  constructor(ports: InquiriesPorts, results: Results) {
    this.#ports = ports;
    this.#results = results;
  }

  /** Answers what needs no journal: an inquiry, or news from the cloud. */
  answer({ command, answer }: AtOnce): void {
    const { at, outbox } = this.#ports;
    const reply = (result: Result) =>
      outbox.sendUnstored(toMessages(at, command.id, result, { queueMs: 0, deviceMs: 0 }).messages);
    try {
      reply({ status: 'ok', data: answer(), verified: 'none', applied: 'no' });
    } catch (error) {
      reply(failure(error));
    }
  }

  #query(id: string): void {
    const row = this.#ports.journal.find(id);
    if (row !== null) return this.#results.replay(row);
    const isElsewhere = this.#mayBeElsewhere(id);
    this.#tombstone(
      id,
      new SerenoError(isElsewhere ? 'outcome_unknown' : 'expired', isElsewhere ? { applied: 'unknown' } : {}),
    );
  }

  #cancel(id: string): boolean {
    const row = this.#ports.journal.find(id);
    if (row === null) {
      // Another agent may have run it: only an agent that would know can say that it never came.
      if (this.#mayBeElsewhere(id)) return false;
      this.#tombstone(id, new SerenoError('cancelled'));
      return true;
    }
    if (row.reply !== null || row.state !== 'received') return false;
    if (this.#ports.cancelBatch(id)) return true;
    const device = row.command?.device;
    return device !== undefined && (this.#ports.station(device)?.queue.cancel(id) ?? false);
  }

  /** It may have come to another agent, with a journal that is not this one. An id tells when it was made. */
  #mayBeElsewhere(id: string): boolean {
    return this.#ports.fence.claim(decodeTime(id)) !== 'ours';
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
