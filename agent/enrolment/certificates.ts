// The certificates of a running agent, put together: which it connects with, when a new one is asked for, and what became of it.
import type { Logger } from 'pino';
import type { CertificateTimes } from '../../shared/domain/certificate.ts';
import type { ArgsOf } from '../../shared/wire/operations.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { Certificates, CertificateUser } from '../agent-ports.ts';
import { systemClock, type Timers } from '../clock.ts';
import { type Cloud, Pairs } from './pairs.ts';
import { Renewal } from './renewal.ts';
import { WayBack } from './way-back.ts';

export interface OwnCertificatesOptions {
  /** Path of agent.yaml, as which `cloud` was read. */
  readonly file: string;
  readonly cloud: Cloud;
  readonly at: SiteAddress;
  /** Makes the line anew, with that certificate. */
  readonly connect: (cloud: Cloud) => void;
  readonly log: Logger;
  readonly clock?: Timers;
  readonly patienceMs?: number;
  readonly againMs?: number;
}

export class OwnCertificates implements Certificates {
  readonly #pairs: Pairs;
  readonly #wayBack: WayBack;
  readonly #renewal: Renewal;

  constructor(options: OwnCertificatesOptions) {
    const { file, cloud, at, connect, log, clock = systemClock, patienceMs, againMs } = options;
    const pairs = new Pairs(file, cloud, at);
    const wayBack = new WayBack({
      ...{ pairs, connect, clock, log },
      ...(patienceMs === undefined ? {} : { patienceMs }),
    });
    this.#pairs = pairs;
    this.#wayBack = wayBack;
    this.#renewal = new Renewal({
      ...{ at, pairs, clock, log },
      isSettled: () => wayBack.isSettled,
      onRenewed: () => wayBack.renewed(),
      ...(againMs === undefined ? {} : { againMs }),
    });
    this.#tidy(log);
  }

  /** What the line is to be made with at the start. */
  get current(): Cloud {
    return this.#pairs.current;
  }

  get times(): CertificateTimes | null {
    return this.#renewal.times;
  }

  start(user: CertificateUser): void {
    this.#renewal.start(user);
  }

  take(word: ArgsOf<'site.certificate'>): void {
    this.#renewal.take(word);
  }

  /** agent.yaml names another certificate: a token has brought it. */
  enrolled(cloud: Cloud): void {
    this.#pairs.enrolled(cloud);
    this.#wayBack.renewed();
    this.#renewal.look();
  }

  /** The line stands, by that certificate. */
  up(cloud: Cloud): void {
    this.#wayBack.up(cloud);
    this.#renewal.look();
  }

  down(cloud: Cloud): void {
    this.#wayBack.down(cloud);
  }

  stop(): void {
    this.#renewal.stop();
    this.#wayBack.stop();
  }

  /** A disk that cannot be written to must not keep the agent from its work. */
  #tidy(log: Logger): void {
    try {
      this.#pairs.tidy();
    } catch (error) {
      log.warn({ error: String(error) }, 'certificates that are not needed any more could not be removed');
    }
  }
}
