// What the rooms of people work with.
import type { Clock } from '../clock.ts';
import type { Ledger } from '../commands/ledger.ts';
import type { CommandSender } from '../commands/sender.ts';
import type { Directory } from '../directory/directory.ts';
import type { SecretBox } from '../seal.ts';
import type { Hands } from './hands.ts';
import type { PeopleStore } from './store.ts';

export interface SpreadPorts {
  readonly people: PeopleStore;
  readonly hands: Hands;
  /** All of it: rights are checked before. */
  readonly directory: Directory;
  readonly clock: Clock;
}

export interface PeoplePorts extends SpreadPorts {
  readonly box: SecretBox;
  readonly ledger: Ledger;
  readonly sender: CommandSender;
}
