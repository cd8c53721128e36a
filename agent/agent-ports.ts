// What an agent is given by whoever starts it: the program, or a test.
import type { Logger } from 'pino';
import type { Clock, Timers } from './clock.ts';
import type { Link, LinkEvents } from './link/link.ts';
import type { LocalPublisher } from './link/local-broker.ts';

export interface AgentPorts {
  readonly log: Logger;
  /** Makes the link; tests bring their own. */
  readonly connect: (events: LinkEvents) => Link;
  /** A broker of the branch, for whoever listens there to events. */
  readonly localBroker?: LocalPublisher;
  readonly clock?: Clock;
  /** When terminals that nobody asks are looked at; by the clock where it is left out. */
  readonly timers?: Timers;
}
