// Which certificate the agent connects with: the newest, and where that gets no line, the one before it, which still holds then.
import type { Logger } from 'pino';
import type { Timers } from '../clock.ts';
import type { Cloud, Pairs } from './pairs.ts';

/** Without a line for so long, the other certificate is tried. */
const PATIENCE_MS = 120_000;
/** A line by the certificate before is given up after so long, for another try with the newest. */
const AGAIN_MS = 24 * 3600 * 1000;

export interface WayBackPorts {
  readonly pairs: Pairs;
  /** Makes the line anew, with that certificate. */
  readonly connect: (cloud: Cloud) => void;
  readonly clock: Timers;
  readonly log: Logger;
  readonly patienceMs?: number;
}

export class WayBack {
  readonly #ports: WayBackPorts;
  readonly #patienceMs: number;
  #inUse: Cloud;
  #isUp = false;
  #cancel: (() => void) | null = null;

  /** The line is expected to be made with `pairs.current` at first. */
  constructor(ports: WayBackPorts) {
    this.#ports = ports;
    this.#patienceMs = ports.patienceMs ?? PATIENCE_MS;
    this.#inUse = ports.pairs.current;
    this.#wait();
  }

  /** True where the line stands by the newest certificate, and no other is needed any more. */
  get isSettled(): boolean {
    return this.#isUp && this.#ports.pairs.former === null;
  }

  /** There is a newer certificate. */
  renewed(): void {
    this.#use(this.#ports.pairs.current);
  }

  /** The line stands, by that certificate. */
  up(cloud: Cloud): void {
    const { pairs, clock, log } = this.#ports;
    if (cloud.certificate !== this.#inUse.certificate) return;
    this.#isUp = true;
    this.#stopWaiting();
    if (cloud.certificate === pairs.current.certificate) {
      if (pairs.former === null) return;
      pairs.settled();
      log.info({ certificate: cloud.certificate }, 'connected with the new certificate');
      return;
    }
    log.error(
      { certificate: pairs.current.certificate },
      'the new certificate gets no line: back to the one before',
    );
    this.#cancel = clock.after(AGAIN_MS, () => this.#other(), { unref: true });
  }

  down(cloud: Cloud): void {
    if (cloud.certificate !== this.#inUse.certificate || !this.#isUp) return;
    this.#isUp = false;
    this.#wait();
  }

  stop(): void {
    this.#stopWaiting();
  }

  #wait(): void {
    this.#stopWaiting();
    if (this.#ports.pairs.former === null) return;
    this.#cancel = this.#ports.clock.after(this.#patienceMs, () => this.#other(), { unref: true });
  }

  #stopWaiting(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #other(): void {
    const { current, former } = this.#ports.pairs;
    if (former === null) return;
    this.#use(this.#inUse.certificate === current.certificate ? former : current);
  }

  #use(cloud: Cloud): void {
    this.#inUse = cloud;
    this.#isUp = false;
    this.#wait();
    this.#ports.connect(cloud);
  }
}
