// What a terminal needs from the agent around it: where it writes down what it learns, and whom it tells.
import type { SerenoError } from '../../shared/errors.ts';
import type { Clock } from '../clock.ts';
import type { DisableNote } from './session/disabled.ts';
import type { DialectMemory } from './session/identification.ts';
import type { PinMemory } from './session/serial-pin.ts';
import type { UidMemory } from './tables/used-uids.ts';

export interface TerminalPorts {
  readonly clock: Clock;
  readonly note: DisableNote;
  readonly dialect: DialectMemory;
  readonly pin: PinMemory;
  readonly uids: UidMemory;
  /** Null: it answered, and it is the one that is expected. */
  readonly onContact: (failure: SerenoError | null, isProbe: boolean) => void;
  readonly log: { warn(fields: object, message: string): void; info(fields: object, message: string): void };
}
