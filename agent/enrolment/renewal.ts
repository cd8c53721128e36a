// Asks the cloud for the next certificate before the present one ends, and again until the answer is on disk.
import { createPrivateKey, sign, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { type CertificateTimes, certificateTimes, troubledAt } from '../../shared/domain/certificate.ts';
import { WIRE_VERSION } from '../../shared/wire/envelope.ts';
import type { ArgsOf } from '../../shared/wire/operations.ts';
import { type RenewalRequest, renewalText } from '../../shared/wire/renewal.ts';
import { type SiteAddress, topics } from '../../shared/wire/topics.ts';
import type { CertificateUser } from '../agent-ports.ts';
import type { Timers } from '../clock.ts';
import { EnrolmentError } from './errors.ts';
import type { Pairs } from './pairs.ts';
import { certificateRequest } from './request.ts';

const DAY_MS = 24 * 3600 * 1000;
/** How often it is looked whether it is time. */
const LOOK_MS = 12 * 3600 * 1000;
/** Between two requests: at first, and at most. */
const AGAIN_MS = 60_000;
const AGAIN_AT_MOST_MS = 6 * 3600 * 1000;
/** Branches that were enrolled on one day do not ask all at once: each waits for a part of this share of its time. */
const SPREAD = 1 / 30;

export interface RenewalPorts {
  readonly at: SiteAddress;
  readonly pairs: Pairs;
  /** Whether the line stands by the newest certificate. */
  readonly isSettled: () => boolean;
  /** There is a new one. */
  readonly onRenewed: () => void;
  readonly clock: Timers;
  readonly log: Logger;
  readonly againMs?: number;
}

export class Renewal {
  readonly #ports: RenewalPorts;
  readonly #share = Math.random();
  #user: CertificateUser | null = null;
  #cancel: (() => void) | null = null;
  #againMs: number;
  /** False until the next look, after a request. */
  #mayAsk = true;

  constructor(ports: RenewalPorts) {
    this.#ports = ports;
    this.#againMs = ports.againMs ?? AGAIN_MS;
  }

  start(user: CertificateUser): void {
    this.#user = user;
    this.look();
  }

  /** When the present certificate is due, and when it ends; null where it cannot be read. */
  get times(): CertificateTimes | null {
    const { pairs, log } = this.#ports;
    try {
      const { validFromDate, validToDate } = new X509Certificate(readFileSync(pairs.current.certificate));
      return certificateTimes(validFromDate.getTime(), validToDate.getTime(), pairs.days);
    } catch (error) {
      log.error({ error: String(error) }, 'the certificate cannot be read');
      return null;
    }
  }

  /** Asks if it is time, and looks again when it may be. Call when the line comes up, and for another certificate. */
  look(): void {
    if (this.#user === null) return;
    const { times } = this;
    if (times === null) return this.#lookIn(LOOK_MS);
    const spread = (times.endsAt - times.dueAt) * SPREAD * this.#share;
    const left = times.dueAt + spread - this.#user.now();
    if (left > 0) return this.#lookIn(Math.min(left, LOOK_MS));
    this.#warn(times);
    if (this.#mayAsk && this.#ports.isSettled()) void this.#ask();
  }

  /** The cloud's answer. What is not for the key that waits says nothing. */
  take({ certificate, days }: ArgsOf<'site.certificate'>): void {
    const { pairs, log, onRenewed } = this.#ports;
    if (!pairs.isAsking) return;
    try {
      pairs.store(certificate, days);
    } catch (error) {
      // Late, for a key that was asked for before.
      if (error instanceof EnrolmentError)
        log.warn({ error: error.message }, 'a certificate came that is of no use');
      else log.error({ err: error }, 'the new certificate could not be stored: it is asked for again');
      return;
    }
    log.info({ certificate: pairs.current.certificate }, 'certificate renewed: the line is made anew');
    this.#againMs = this.#ports.againMs ?? AGAIN_MS;
    this.#mayAsk = true;
    onRenewed();
    this.#user?.onNews();
    this.look();
  }

  stop(): void {
    this.#cancel?.();
    this.#user = null;
  }

  #warn(times: CertificateTimes): void {
    const left = times.endsAt - (this.#user?.now() ?? 0);
    if (times.endsAt - left < troubledAt(times)) return;
    const days = Math.floor(left / DAY_MS);
    this.#ports.log.warn(
      { days },
      "the certificate is not renewed: if it ends, replace it with 'sereno-agent rotate'",
    );
  }

  #lookIn(ms: number): void {
    this.#cancel?.();
    this.#cancel = this.#ports.clock.after(
      ms,
      () => {
        this.#mayAsk = true;
        this.look();
      },
      { unref: true },
    );
  }

  async #ask(): Promise<void> {
    const { at, log } = this.#ports;
    this.#mayAsk = false;
    // Half of it, and any part of the other half.
    this.#lookIn(this.#againMs * (0.5 + Math.random() / 2));
    this.#againMs = Math.min(this.#againMs * 2, AGAIN_AT_MOST_MS);
    try {
      const request = await this.#request();
      log.info('a new certificate is asked for');
      // The cloud tells operators of one that is not renewed in time: nothing else may make the agent speak.
      this.#user?.onNews();
      await this.#user?.publish(topics.renewal(at), Buffer.from(JSON.stringify(request)));
    } catch (error) {
      log.warn({ error: String(error) }, 'a new certificate could not be asked for, it is tried again');
    }
  }

  async #request(): Promise<RenewalRequest> {
    const { at, pairs } = this.#ports;
    const { certificate, key } = pairs.current;
    const csr = await certificateRequest(pairs.nextKey());
    const present = createPrivateKey(readFileSync(key));
    const signature = sign('sha256', Buffer.from(renewalText(at, csr)), present).toString('base64');
    return { v: WIRE_VERSION, csr, certificate: readFileSync(certificate, 'utf8'), signature };
  }
}
