// What the dispatcher works with: journal, outbox, clocks, the stations of its terminals.

import type { Logger } from 'pino';
import type { Command } from '../../shared/wire/envelope.ts';
import type { ArgsOf } from '../../shared/wire/operations.ts';
import type { Stage } from '../../shared/wire/stage.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { Clock } from '../clock.ts';
import type { Journal } from '../journal/journal.ts';
import type { UndoVault } from '../journal/undo-vault.ts';
import type { Result } from '../terminal/session/result.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { CloudClock } from './cloud-clock.ts';
import type { Fence } from './fence.ts';
import type { Outbox } from './outbox.ts';
import type { TerminalQueue } from './terminal-queue.ts';

/** One terminal with its lock. */
export interface Station {
  readonly terminal: Terminal;
  readonly queue: TerminalQueue;
}

export interface DispatcherPorts {
  readonly at: SiteAddress;
  readonly journal: Journal;
  readonly outbox: Outbox;
  readonly undo: UndoVault;
  readonly clock: Clock;
  readonly cloudClock: CloudClock;
  readonly fence: Pick<Fence, 'claim'>;
  readonly log: Logger;
  readonly station: (device: string) => Station | undefined;
  readonly stations: () => readonly Station[];
  readonly publishProgress: (id: string, stage: Stage, done?: number, total?: number) => void;
  /** Devices that the directory has refused: another site holds their ids. */
  readonly onRefused: (devices: readonly string[]) => void;
  /** Since when this agent alone has spoken for its site, as the cloud says. */
  readonly onFence: (word: ArgsOf<'site.tenure'>) => void;
  /**
   * Operations on the agent itself (devices, certificate); undefined where it has none by that name. They mind the
   * deadline themselves: one that a crash has interrupted may be done already.
   */
  readonly ownOperation: (command: Command) => (() => Promise<Result>) | undefined;
  /** One of those has its answer. */
  readonly onOwnSettled: () => void;
}
