// What jobs work with.
import type { Happening } from '../../shared/wire/happening.ts';
import type { Clock } from '../clock.ts';
import type { Ledger } from '../commands/ledger.ts';
import type { CommandSender } from '../commands/sender.ts';
import type { Directory } from '../directory/directory.ts';
import type { SecretBox } from '../seal.ts';
import type { JobStore } from './store.ts';

/** What came of a job, for the audit log. */
export interface JobEnding {
  readonly outcome: 'succeeded' | 'failed' | 'cancelled' | 'expired' | 'unknown';
}

export interface JobPorts {
  readonly jobs: JobStore;
  /** All of it: a job goes on whatever its caller sees by now. */
  readonly everywhere: Pick<Directory, 'site'>;
  readonly ledger: Ledger;
  readonly sender: CommandSender;
  readonly box: SecretBox;
  /** Puts events into a tenant's feed. */
  readonly tell: (tenant: string, events: readonly Happening[]) => Promise<void>;
  /** Enters what came of a job into the audit log, once. */
  readonly enterEnding: (
    tenant: string,
    audit: { readonly chain: number; readonly number: number },
    ending: JobEnding,
  ) => Promise<void>;
  readonly clock: Clock;
}
