// Many writes of the cloud as one command: each is a write of its own, under an id that is made of the command's.
import { SerenoError } from '../../shared/errors.ts';
import type { Command } from '../../shared/wire/envelope.ts';
import type { ArgsOf, BatchItem } from '../../shared/wire/operations.ts';
import { isStorageError } from '../journal/errors.ts';
import { failure, type Result } from '../result.ts';
import { idOf, keepOrder, orderOf, summary, told } from './batch-items.ts';
import type { Handlers } from './handlers.ts';
import type { OwnOrder, Urgency } from './own-writes.ts';
import type { DispatcherPorts } from './ports.ts';

export interface BatchesPorts extends DispatcherPorts {
  /** See `OwnWrites`. */
  readonly order: (
    device: string,
    orders: readonly OwnOrder[],
    urgency: Urgency,
  ) => readonly Promise<Result>[];
}

/** How a write fails at a terminal that is not there, or has no time: it is tried again when it answers. */
const PASSING = new Set([
  'device_unreachable',
  'device_hung_up',
  'device_no_route',
  'device_port_closed',
  'device_name_unknown',
  'device_busy',
]);
/** So long after a failure it is tried again at the soonest, ms. */
const PAUSE_MS = 5000;
/** A terminal that nobody looks at is tried again so often, ms. */
const TRY_MS = 60_000;
/** A reader of progress is told of a count so often, ms. */
const PROGRESS_MS = 500;
/** How long a note of a cancel outlives its batch, ms. */
const FORGET_MS = 1000;
const CANCELLED = 'cancelled/';

/** A batch under way. */
interface Open {
  readonly device: string;
  /** What waits at the terminal, by its ids. */
  ids: readonly string[];
  /** Ends its waiting for the terminal; null while it does not wait. */
  wake: (() => void) | null;
  isCancelled: boolean;
}

export class Batches {
  readonly handlers: Handlers<'batch', Promise<Result>> = {
    'user.batch': (args, command) => this.#run(args, command),
  };
  readonly #ports: BatchesPorts;
  readonly #open = new Map<string, Open>();
  readonly #timers = new Set<() => void>();
  #isStopped = false;

  constructor(ports: BatchesPorts) {
    this.#ports = ports;
  }

  /** A terminal has answered. */
  reached(device: string): void {
    for (const open of this.#open.values()) if (open.device === device) open.wake?.();
  }

  /**
   * What has not begun will not: on disk when it returns.
   * @returns false if there is no such batch, or all of it has begun
   * @throws SerenoError `agent_storage`
   */
  cancel(id: string): boolean {
    const open = this.#open.get(id);
    if (open === undefined || open.isCancelled) return open !== undefined;
    const { journal, station } = this.#ports;
    journal.notes.write(cancelNote(id), '1');
    const { queue } = station(open.device) ?? {};
    const cancelled = open.ids.filter((each) => queue?.cancel(each) === true);
    open.isCancelled = open.wake !== null || cancelled.length > 0;
    if (!open.isCancelled) journal.notes.erase(cancelNote(id));
    open.wake?.();
    return open.isCancelled;
  }

  /** The next run goes on. */
  stop(): void {
    this.#isStopped = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  async #run({ items }: ArgsOf<'user.batch'>, command: Command): Promise<Result> {
    const { journal, station } = this.#ports;
    const { id, device = '' } = command;
    if (station(device) === undefined) {
      return failure(new SerenoError('device_not_found', { params: { device } }));
    }
    const isCancelled = journal.notes.read(cancelNote(id)) !== null;
    const open: Open = { device, ids: [], wake: null, isCancelled };
    this.#open.set(id, open);
    try {
      const results = await this.#all(items, command, open);
      return { status: 'ok', data: { results: results.map(told) }, ...summary(results) };
    } finally {
      this.#open.delete(id);
      this.#forgetSoon();
    }
  }

  /** Notes go once the results are on disk: until then the next run must find them. Where the disk is full it is tried again. */
  #forgetSoon(): void {
    if (this.#isStopped) return;
    const { clock, journal } = this.#ports;
    const cancel = clock.after(
      FORGET_MS,
      () => {
        this.#timers.delete(cancel);
        try {
          for (const { key } of journal.notes.all(CANCELLED)) {
            if (journal.isAnswered(key.slice(CANCELLED.length))) journal.notes.erase(key);
          }
        } catch (error) {
          if (!isStorageError(error)) throw error;
          this.#forgetSoon();
        }
      },
      { unref: true },
    );
    this.#timers.add(cancel);
  }

  /** What became of each. Those that the terminal was not there for are tried again, each time under another id. */
  async #all(items: readonly BatchItem[], command: Command, open: Open): Promise<readonly Result[]> {
    const { cloudClock } = this.#ports;
    const results: (Result | null)[] = items.map(() => null);
    const progress = this.#progressOf(command.id, results);
    for (let attempt = 0; ; attempt++) {
      const isAway = this.#ports.station(open.device)?.isReachable === false;
      const isOpen = results.includes(null);
      if (isOpen && (isAway || attempt > 0)) await this.#answering(command, open, attempt > 0 ? PAUSE_MS : 0);
      if (open.isCancelled) this.#endUnknown(command.id, results, attempt);
      const due = [...items.entries()].filter(([index]) => results[index] === null);
      if (due.length === 0) break;
      const orders = due.map(([index, item]) => orderOf(command, item, index, attempt));
      open.ids = orders.map(({ id }) => id);
      // What an earlier run of the agent tried again must be asked for, also when it is too late to begin now.
      const mayTryAgain = (index: number) =>
        (cloudClock.left(command.notAfter) > 0 && !open.isCancelled) ||
        this.#ports.journal.find(idOf(command.id, index, attempt + 1)) !== null;
      const ordered = this.#ports.order(open.device, orders, 'batch');
      await Promise.all(
        ordered.map(async (ending, n) => {
          const result = await ending;
          const [index] = due[n] ?? [];
          if (index === undefined || (isPassing(result) && mayTryAgain(index))) return;
          // What would be tried again is not any more.
          const isEnded = isPassing(result) && open.isCancelled;
          results[index] = isEnded ? failure(new SerenoError('cancelled')) : result;
          progress();
        }),
      );
      open.ids = [];
      keepOrder(items, results);
    }
    return results.map((result) => result ?? failure(new SerenoError('internal')));
  }

  /** What the journal does not know is not ordered any more; of the rest it tells what became. */
  #endUnknown(id: string, results: (Result | null)[], attempt: number): void {
    for (const [index, result] of results.entries()) {
      if (result !== null || this.#ports.journal.find(idOf(id, index, attempt)) !== null) continue;
      results[index] = failure(new SerenoError('cancelled'));
    }
  }

  /** Resolves when the terminal has answered, `afterMs` from now at the soonest; when the time is over; or when it is cancelled. */
  #answering({ id, notAfter }: Command, open: Open, afterMs: number): Promise<void> {
    const { clock, cloudClock, publishProgress } = this.#ports;
    if (open.isCancelled) return Promise.resolve();
    publishProgress(id, 'waiting');
    const soonest = clock.monotonic() + afterMs;
    return new Promise((resolve) => {
      let cancel: (() => void) | null = null;
      const end = () => {
        if (cancel !== null) this.#timers.delete(cancel);
        cancel?.();
        open.wake = null;
        resolve();
      };
      const wait = (ms: number, then: () => void) => {
        if (cancel !== null) this.#timers.delete(cancel);
        cancel?.();
        if (this.#isStopped) return;
        cancel = clock.after(Math.max(0, Math.ceil(ms)), then, { unref: true });
        this.#timers.add(cancel);
      };
      open.wake = () => {
        const early = soonest - clock.monotonic();
        if (open.isCancelled || early <= 0) end();
        else wait(early, end);
      };
      wait(Math.max(afterMs, Math.min(TRY_MS, cloudClock.left(notAfter))), end);
    });
  }

  #progressOf(id: string, results: readonly (Result | null)[]): () => void {
    const { clock, publishProgress } = this.#ports;
    let toldAt = clock.monotonic();
    return () => {
      const now = clock.monotonic();
      if (now - toldAt < PROGRESS_MS) return;
      toldAt = now;
      const done = results.filter((result) => result !== null).length;
      publishProgress(id, 'writing', done, results.length);
    };
  }
}

function cancelNote(id: string): string {
  return `${CANCELLED}${id}`;
}

/** True if it was not for the write itself that nothing of it was done. */
function isPassing(result: Result): boolean {
  return result.status !== 'ok' && PASSING.has(result.error.code) && result.error.applied === 'no';
}
