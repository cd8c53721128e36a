// From a journalled command to what a terminal's queue serves: a write, or a question.

import type { Logger } from 'pino';
import { SerenoError } from '../../shared/errors.ts';
import { factsOf } from '../../shared/wire/operations.ts';
import type { Stage } from '../../shared/wire/stage.ts';
import { type Clock, limitOf } from '../clock.ts';
import { isStorageError } from '../journal/errors.ts';
import type { Journal } from '../journal/journal.ts';
import { isOfCloud, type JournalRow, type Origin } from '../journal/rows.ts';
import type { UndoVault } from '../journal/undo-vault.ts';
import { failure, type Result } from '../result.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { WriteJob } from '../terminal/write-job.ts';
import type { CloudClock } from './cloud-clock.ts';
import type { Fence } from './fence.ts';
import type { AskRequest, WriteRequest } from './intake.ts';
import type { QueueItem } from './queue-item.ts';
import type { Timing } from './replies.ts';
import { UndoPolicy } from './undo-policy.ts';

/** How often a reader of progress is told of a count, ms. */
const PROGRESS_EVERY_MS = 500;

export interface WorkPorts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly cloudClock: CloudClock;
  readonly fence: Pick<Fence, 'mayBeElsewhere'>;
  readonly undo: UndoVault;
  readonly log: Logger;
  readonly publishProgress: (id: string, stage: Stage, done?: number, total?: number) => void;
}

type Settle = (result: Result, timing: Timing) => void;

/** How a write ends for this run of the agent. */
interface Ends {
  readonly settle: Settle;
  /** Another agent may have it. */
  readonly contested: (wasLookedAt: boolean) => void;
}

/** True if a later change of this user has begun, as far as anybody orders the two. */
function isSuperseded(
  { users }: WorkPorts['journal'],
  { id, issuedAt }: JournalRow,
  origin: Origin,
  device: string,
  userId: string,
): boolean {
  if (!isOfCloud(origin)) return users.isOvertaken(id, device, userId);
  if ((users.lastStarted(device, userId) ?? 0) > issuedAt) return true;
  return origin === 'batch' && users.isPassedInBatch(id, device, userId);
}

/** A write of users; what it tells goes to the journal before anything else happens. */
export function toWriteJob(
  row: JournalRow,
  { command, origin, wish }: WriteRequest,
  { journal, clock, cloudClock, fence, undo, log }: WorkPorts,
  ends: Ends,
): WriteJob {
  const device = command.device ?? '';
  const policy = new UndoPolicy(undo, device, wish, log);
  const queuedAt = clock.monotonic();
  let startedAt: number | null = null;
  return new WriteJob(row.id, wish, {
    timeLeft: () => cloudClock.left(row.notAfter),
    // No other agent has what this one orders by itself.
    mayBeElsewhere: () => isOfCloud(origin) && fence.mayBeElsewhere(command),
    isSuperseded: () => isSuperseded(journal, row, origin, device, wish.userId),
    keep: policy.keep,
    begun(uid, before) {
      journal.start(row.id, uid, before?.raw ?? null);
      startedAt = clock.monotonic();
    },
    written() {
      try {
        journal.written(row.id);
      } catch (error) {
        // The write is done; recovery treats `started` and `written` alike.
        if (!isStorageError(error)) throw error;
      }
    },
    settled(result) {
      const now = clock.monotonic();
      policy.beforeSettled(result);
      ends.settle(result, { queueMs: (startedAt ?? now) - queuedAt, deviceMs: now - (startedAt ?? now) });
      policy.afterSettled(result);
    },
    contested: (wasLookedAt) => ends.contested(wasLookedAt),
  });
}

type Tell = (stage: Stage, done?: number, total?: number) => void;

/** Passes on what is new: another stage at once, the counting within one only so often, and not from its first moment. */
function throttled(clock: Clock, tell: Tell): Tell {
  let last: { readonly stage: Stage | ''; readonly at: number } = { stage: '', at: clock.monotonic() };
  return (stage, done, total) => {
    const now = clock.monotonic();
    const counts = done !== undefined;
    if (counts && now - last.at < PROGRESS_EVERY_MS) return;
    if (!counts && stage === last.stage) return;
    last = { stage, at: now };
    tell(stage, done, total);
  };
}

/** Anything that is no write of users; put to the terminal that the station has by the time it is its turn. */
export function toQuestion(
  { command, name, ask }: AskRequest,
  station: { readonly terminal: Terminal },
  ports: WorkPorts,
  settle: Settle,
): QueueItem {
  const { clock, cloudClock } = ports;
  const queuedAt = clock.monotonic();
  const { holds, long } = factsOf(name);
  const settleNow = (result: Result, startedAt: number) => {
    const now = clock.monotonic();
    settle(result, { queueMs: startedAt - queuedAt, deviceMs: now - startedAt });
  };
  return {
    kind: 'ask',
    priority: 'command',
    id: command.id,
    holds: holds === undefined ? null : `@${holds}`,
    timeLeft: () => cloudClock.left(command.notAfter),
    refuse: (error) => settleNow(failure(error), clock.monotonic()),
    async run(cancelled) {
      const startedAt = clock.monotonic();
      try {
        const left = cloudClock.left(command.notAfter);
        if (left <= 0) throw new SerenoError('expired');
        // Reads of whole tables go on while they move; everything else must be done in time.
        const signal = long ? cancelled : AbortSignal.any([cancelled, limitOf(clock, Math.ceil(left))]);
        const progress = throttled(clock, (stage, done, total) =>
          ports.publishProgress(command.id, stage, done, total),
        );
        const { data, verified } = await ask({
          terminal: station.terminal,
          signal,
          progress,
          now: () => cloudClock.now(),
        });
        settleNow({ status: 'ok', data, verified }, startedAt);
      } catch (error) {
        settleNow(failure(causeOf(error, cancelled)), startedAt);
      }
    },
  };
}

/** Whoever cancels is told so, unless the question knows that it may have changed something all the same. */
function causeOf(error: unknown, cancelled: AbortSignal): unknown {
  const harmless = !(error instanceof SerenoError) || error.applied === 'no';
  return harmless && cancelled.aborted && cancelled.reason instanceof SerenoError ? cancelled.reason : error;
}
