// Handing a command to the message service, as a port.
import type { Command } from '../../shared/wire/envelope.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';

/**
 * - `delivered`: the agent has it on its disk
 * - `published`: the message service has it and will hand it over, if the agent comes before it expires
 * - `offline`: the agent is not connected; nothing was handed to anybody
 * - `refused`: the message service did not accept it; nothing was handed to anybody
 * - `unclear`: it may have arrived
 */
export type Dispatched = 'delivered' | 'published' | 'offline' | 'refused' | 'unclear';

/** A command before it is known which way it goes. */
export type Outbound = Omit<Command, 'via' | 'v' | 'sentAt'>;

export interface CommandSender {
  send(to: SiteAddress, command: Outbound): Promise<Dispatched>;
}
