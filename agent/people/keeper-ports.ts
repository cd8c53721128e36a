// What the keeper of one terminal's people works with.
import type { Logger } from 'pino';
import type { DriftManner } from '../../shared/domain/wanted-person.ts';
import type { PersonEvent } from '../../shared/wire/events.ts';
import type { LocalWrites, TerminalTables } from '../access/ports.ts';
import type { Slot } from '../access/rule.ts';
import type { Clock } from '../clock.ts';
import type { PeopleStore } from './store.ts';
import type { PersonTask } from './task.ts';

export interface KeeperPorts {
  readonly store: PeopleStore;
  readonly clock: Clock;
  readonly writes: LocalWrites;
  readonly tables: Pick<TerminalTables, 'users' | 'inDoubt'>;
  readonly log: Logger;
  /** The cloud's time, epoch ms. */
  readonly now: () => number;
  /** What is done about changes at that terminal. */
  readonly manner: (device: string) => DriftManner;
  /** The serial number of the terminal that stands there; null where none is known. */
  readonly serial: (device: string) => string | null;
  /** The numbers of a user that rules govern. */
  readonly ruled: (device: string, userId: string) => ReadonlySet<Slot>;
  /** On disk when it returns, all of them. @throws SerenoError `agent_storage` */
  readonly tell: (events: readonly PersonEvent[]) => void;
  /** These were seen there as they are wanted. */
  readonly onPresent: (people: readonly string[]) => void;
  /** A user was put there, or taken away, by the keeper. As often as one likes. @throws SerenoError `agent_storage` */
  readonly onWritten: (device: string, write: PersonTask['writes'][number]) => void;
}
