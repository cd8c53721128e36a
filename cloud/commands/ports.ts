// What commands work with.
import type { Clock } from '../clock.ts';
import type { Directory } from '../directory/directory.ts';
import type { Idempotency } from './idempotency.ts';
import type { Ledger } from './ledger.ts';
import type { CallPlace } from './places.ts';
import type { Eraser } from './purge.ts';
import type { CommandSender } from './sender.ts';
import type { Witness } from './witness.ts';

export interface CommandPorts {
  readonly directory: Directory;
  readonly ledger: Ledger;
  readonly eraser: Eraser;
  readonly sender: CommandSender;
  readonly idempotency: Idempotency;
  readonly witness: Witness;
  /** Of this call among those of its tenant that wait. */
  readonly place: Pick<CallPlace, 'admit' | 'during' | 'crowdedOut'>;
  readonly clock: Clock;
}
