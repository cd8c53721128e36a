// What an agent is given by whoever starts it: the program, or a test.
import type { Logger } from 'pino';
import type { Disk } from '../shared/domain/agent-health.ts';
import type { CertificateTimes } from '../shared/domain/certificate.ts';
import type { ArgsOf } from '../shared/wire/operations.ts';
import type { Clock, Timers } from './clock.ts';
import type { Link, LinkEvents } from './link/link.ts';
import type { LocalPublisher } from './link/local-broker.ts';

/** What renews certificates is given by the agent. */
export interface CertificateUser {
  readonly publish: (topic: string, payload: Uint8Array) => Promise<void>;
  /** By the cloud's clock, as far as it is known; epoch ms. */
  readonly now: () => number;
  /** Something has changed that the hello tells. */
  readonly onNews: () => void;
}

/** The certificate that the agent connects with, and how it is renewed. */
export interface Certificates {
  start(user: CertificateUser): void;
  /** When it is due, and when it ends; null: nobody knows. */
  readonly times: CertificateTimes | null;
  /** The cloud's answer to a request for a new one. */
  take(word: ArgsOf<'site.certificate'>): void;
  stop(): void;
}

export interface AgentPorts {
  readonly log: Logger;
  /** Makes the link; tests bring their own. */
  readonly connect: (events: LinkEvents) => Link;
  /** A broker of the branch, for whoever listens there to events. */
  readonly localBroker?: LocalPublisher;
  /** The folder of the updater that takes this agent's updates; left out where there is none. */
  readonly updater?: string;
  /** Left out where the link needs none, as in tests. */
  readonly certificates?: Certificates;
  readonly clock?: Clock;
  /** Room on the disk of a folder; what the system says where it is left out. */
  readonly disk?: (folder: string) => Disk | null;
  /** When terminals that nobody asks are looked at; by the clock where it is left out. */
  readonly timers?: Timers;
}
