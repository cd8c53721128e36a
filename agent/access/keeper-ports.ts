// What the keeper of one terminal's rules works with.
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { CommitPorts } from './commit.ts';
import type { LocalWrites, TerminalTables, TerminalUsers } from './ports.ts';

export interface KeeperPorts extends CommitPorts {
  readonly clock: Clock;
  readonly writes: LocalWrites;
  readonly tables: TerminalTables;
  readonly log: Logger;
  /** A badge for a guest of this terminal. */
  readonly newBadge: (device: string, users: TerminalUsers) => string;
  /** Rules have changed. */
  readonly onChange: () => void;
}
