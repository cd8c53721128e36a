// What the dispatcher works with: journal, outbox, clocks, the stations of its terminals.

import type { Logger } from 'pino';
import type { OperationOfKind } from '../../shared/wire/operations.ts';
import type { Stage } from '../../shared/wire/stage.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { Clock } from '../clock.ts';
import type { Journal } from '../journal/journal.ts';
import type { UndoVault } from '../journal/undo-vault.ts';
import type { Result } from '../result.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { CloudClock } from './cloud-clock.ts';
import type { Fence } from './fence.ts';
import type { Handlers } from './handlers.ts';
import type { OwnKind } from './intake.ts';
import type { Outbox } from './outbox.ts';
import type { TerminalQueue } from './terminal-queue.ts';

/** One terminal with its lock. */
export interface Station {
  readonly terminal: Terminal;
  readonly queue: TerminalQueue;
  /** Whether the last contact succeeded; null while there was none. */
  readonly isReachable: boolean | null;
}

export interface DispatcherPorts {
  readonly at: SiteAddress;
  readonly journal: Journal;
  readonly outbox: Outbox;
  readonly undo: UndoVault;
  readonly clock: Clock;
  readonly cloudClock: CloudClock;
  readonly fence: Pick<Fence, 'claim' | 'mayBeElsewhere'>;
  readonly log: Logger;
  readonly station: (device: string) => Station | undefined;
  readonly stations: () => readonly Station[];
  readonly publishProgress: (id: string, stage: Stage, done?: number, total?: number) => void;
  /**
   * Operations on the agent itself. They check the deadline themselves: one that a crash has interrupted may be done
   * already.
   */
  readonly own: Handlers<Exclude<OwnKind, 'batch'>, Promise<Result>>;
  /**
   * A write of the cloud has taken effect; told before it is settled, and again after a crash.
   * @throws SerenoError `agent_storage`: then it is settled later
   */
  readonly onWritten: (device: string, op: OperationOfKind<'write'>, args: unknown) => void;
  /** What is done with news from the cloud. */
  readonly words: Handlers<'word', void>;
  /** One of those has its answer. */
  readonly onOwnSettled: () => void;
}
