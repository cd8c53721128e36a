// The results of commands: into journal and outbox in one transaction, and out again when a command is repeated.
import type { Reply } from '../../shared/wire/envelope.ts';
import { isOfKind } from '../../shared/wire/operations.ts';
import { isStorageError } from '../journal/errors.ts';
import { purgeNote } from '../journal/purges.ts';
import { isOfCloud, type JournalRow, type OutboxMessage } from '../journal/rows.ts';
import type { Result } from '../result.ts';
import { isZkError } from '../zk/errors.ts';
import type { Request } from './intake.ts';
import { logFields } from './log-fields.ts';
import type { DispatcherPorts } from './ports.ts';
import { envelopeMessage, type Timing, toMessages } from './replies.ts';

/** A disk that had no room is tried again this often, ms. */
const RETRY_MS = 500;
/** How soon arguments of settled commands are erased from the disk; several go together. */
const FORGET_MS = 2000;

/** What a purge leaves is written over again after so long, where others were just before it or the line is down, ms. */
const PURGE_AGAIN_MS = 60_000;

interface Unstored {
  readonly reply: Reply;
  /** A purge that succeeded: the name must go from the journal before the reply. */
  readonly purge: string | null;
  readonly messages: readonly OutboxMessage[];
  /** Must have been told before the result is stored. @throws SerenoError `agent_storage` */
  readonly before: (() => void) | null;
  /** The agent's own writes are told to whoever ordered them; as often as one likes. */
  readonly told: (() => void) | null;
}

export interface ResultsPorts extends DispatcherPorts {
  /** What became of a write that the agent ordered by itself; the first word counts. */
  readonly onOwnWrite: (id: string, result: Result) => void;
}

export class Results {
  readonly #ports: ResultsPorts;
  /** Results that the disk had no room for; stored as soon as it has. */
  readonly #unstored = new Map<string, Unstored>();
  /** What is to be stored together; null where each is stored at once. */
  #gathered: Unstored[] | null = null;
  #cancelRetry: (() => void) | null = null;
  #cancelForget: (() => void) | null = null;
  #cancelPurgeAgain: (() => void) | null = null;

  constructor(ports: ResultsPorts) {
    this.#ports = ports;
  }

  settle(request: Request, result: Result, timing: Timing): void {
    const { command, origin } = request;
    const { log } = this.#ports;
    const unstored = this.#toStore(request, result, timing);
    const { reply } = unstored;
    const named = { ...logFields(command), ...(origin === 'command' ? {} : { by: origin }) };
    const { status, code, applied, verified, queueMs, deviceMs } = reply;
    // Sentences name what was asked; the details of a failure are for the log only.
    const why =
      result.status !== 'ok' && isZkError(result.error.cause) ? result.error.cause.message : undefined;
    log.info({ ...named, status, code, applied, verified, why, queueMs, deviceMs }, 'command settled');
    if (result.status !== 'ok' && result.error.code === 'internal')
      log.error({ ...named, err: result.error });
    // What a delete keeps, and a restore uses up, changes with its result: that is stored first.
    const isPlain =
      request.kind === 'write' && (request.wish.undo === 'leave' || request.wish.undo === 'erase');
    if (this.#gathered !== null && isPlain) this.#gathered.push(unstored);
    else if (this.#storeOrKeep(unstored)) this.#pump();
  }

  /** What is settled within `work` is stored by one write to the disk, and then told. */
  together(work: () => void): void {
    if (this.#gathered !== null) return work();
    const gathered: Unstored[] = [];
    this.#gathered = gathered;
    try {
      work();
    } finally {
      this.#gathered = null;
      this.#storeAll(gathered);
    }
  }

  #storeAll(gathered: readonly Unstored[]): void {
    if (gathered.length === 0) return;
    try {
      for (const { before } of gathered) before?.();
      this.#ports.journal.together(() => {
        for (const each of gathered) this.#toJournal(each);
      });
    } catch (error) {
      if (!isStorageError(error)) throw error;
      // Some of them may fit.
      for (const each of gathered) this.#storeOrKeep(each);
      return this.#pump();
    }
    if (gathered.some(({ purge }) => purge !== null)) this.purge();
    this.#forgetSoon();
    for (const { told } of gathered) told?.();
    this.#pump();
  }

  /** False if the disk has no room: it is stored as soon as it has. */
  #storeOrKeep(unstored: Unstored): boolean {
    const { id } = unstored.reply;
    try {
      this.#store(unstored);
      return true;
    } catch (error) {
      if (!isStorageError(error)) throw error;
      this.#ports.log.error({ command: id, err: error }, 'result could not be stored');
      this.#unstored.set(id, unstored);
      this.#storeSoon();
      this.#tellUnstored(unstored);
      return false;
    }
  }

  #pump(): void {
    this.#ports.outbox.pump();
    this.#storeOthers();
  }

  #toStore(request: Request, result: Result, timing: Timing): Unstored {
    const { at, onOwnWrite, onWritten } = this.#ports;
    const { command, origin } = request;
    const { op, device = '', args } = command;
    const { reply, messages } = toMessages(at, command.id, result, timing, isOfKind('write', op));
    const purge = purgeOf(request, result);
    const hasWritten = isOfCloud(origin) && result.status === 'ok' && isOfKind('write', op);
    const before = hasWritten ? () => onWritten(device, op, args) : null;
    if (origin === 'command') return { reply, messages, purge, before, told: null };
    return { reply, messages: [], purge, before, told: () => onOwnWrite(command.id, result) };
  }

  /** A known id is answered from the journal; one that is still at work is answered when it settles. */
  replay(row: JournalRow): void {
    const { at, journal, outbox, log } = this.#ports;
    const unstored = this.#unstored.get(row.id);
    if (unstored !== undefined) return this.#tellUnstored(unstored);
    if (row.reply === null) return;
    log.info({ command: row.id }, 'answered from the journal');
    // What it was is forgotten by now: where it may have been a change, it is told as one.
    const envelope = envelopeMessage(at, { ...row.reply, replayed: true }, true);
    try {
      journal.resend(row.id, envelope);
    } catch (error) {
      if (!isStorageError(error)) throw error;
      return outbox.sendUnstored([envelope]);
    }
    outbox.pump();
  }

  /** Gives up what could not be stored: the next run finds the commands in the journal and looks at the terminal. */
  stop(): void {
    this.#cancelRetry?.();
    this.#cancelForget?.();
    this.#cancelPurgeAgain?.();
    this.#cancelRetry = null;
    this.#cancelForget = null;
    this.#cancelPurgeAgain = null;
  }

  /**
   * An `ok` stays true over a crash: the terminal shows it again. Anything else would not, as the command
   * would be run from the journal: it is sent once it is stored.
   */
  #tellUnstored({ reply, messages, told }: Unstored): void {
    if (reply.status !== 'ok') return;
    this.#ports.outbox.sendUnstored(messages);
    told?.();
  }

  #storeSoon(): void {
    this.#cancelRetry ??= this.#ports.clock.after(RETRY_MS, () => {
      this.#cancelRetry = null;
      this.#storeOthers();
      if (this.#unstored.size > 0) this.#storeSoon();
    });
  }

  #toJournal({ reply, messages, purge }: Unstored): void {
    const { journal, clock } = this.#ports;
    journal.settle(reply, messages, clock.now(), purge ?? undefined);
  }

  #store(unstored: Unstored): void {
    const { purge, before, told } = unstored;
    before?.();
    this.#toJournal(unstored);
    if (purge !== null) this.purge();
    this.#forgetSoon();
    told?.();
  }

  /** Goes on with purges until none is left; those of an earlier run too. */
  purge(): void {
    const { journal, log } = this.#ports;
    let done = false;
    try {
      done = journal.purges.run();
    } catch (error) {
      if (!isStorageError(error)) throw error;
      log.error({ err: error }, 'what a purge leaves in the journal is tried again');
    }
    if (done) return;
    const again = () => {
      this.#cancelPurgeAgain = null;
      this.purge();
    };
    this.#cancelPurgeAgain ??= this.#ports.clock.after(PURGE_AGAIN_MS, again, { unref: true });
  }

  #forgetSoon(): void {
    this.#cancelForget ??= this.#ports.clock.after(FORGET_MS, () => {
      this.#cancelForget = null;
      try {
        this.#ports.journal.forgetLog();
      } catch (error) {
        if (!isStorageError(error)) throw error;
        this.#forgetSoon();
      }
    });
  }

  /** The disk has room again. */
  #storeOthers(): void {
    for (const [id, unstored] of this.#unstored) {
      try {
        this.#store(unstored);
        this.#unstored.delete(id);
      } catch (error) {
        if (!isStorageError(error)) throw error;
        return;
      }
    }
    this.#ports.outbox.pump();
  }
}

/** The note of a purge after which nobody of that badge is at the terminal; null for anything else. */
function purgeOf(request: Request, result: Result): string | null {
  if (request.kind !== 'write' || request.wish.undo !== 'erase') return null;
  const isGone = result.status === 'ok' || result.error.code === 'user_not_found';
  return isGone ? purgeNote(request.command.device ?? '', request.wish.userId) : null;
}
