// What somebody asks of many users at many terminals, once it is understood.
import type { ArgsOf } from '../../shared/wire/operations.ts';
import type { JobItem } from './model.ts';

type WireItem = ArgsOf<'user.batch'>['items'][number];

export interface BatchItem {
  /** As the agent is asked. */
  readonly wire: WireItem;
  readonly devices: readonly string[];
  readonly sites: readonly string[];
}

/** Of an item, what may be kept in clear. */
export function keptOf({ wire }: BatchItem): JobItem {
  return { do: wire.do, user_id: wire.user_id };
}
