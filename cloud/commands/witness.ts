// Who is told of changes that commands make: before anything is sent, and when it is known what came of it.
import type { CommandRow, Settlement } from './ledger.ts';
import type { CommandRequest } from './request.ts';

/** A change that is about to be sent. */
export interface Begun {
  readonly id: string;
  readonly site: string;
  readonly device: string;
  readonly userId: string | null;
  readonly request: CommandRequest;
}

export interface Witness {
  /** @throws what keeps the change from being sent */
  begin(change: Begun): Promise<void>;
  settled(command: CommandRow, settlement: Settlement): Promise<void>;
}
