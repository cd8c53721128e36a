// What the agent announces to the directory: on connect and whenever something about it changes.
import type { Logger } from 'pino';
import type { Disk } from '../shared/domain/agent-health.ts';
import type { UpdateReport } from '../shared/domain/agent-update.ts';
import type { CertificateTimes } from '../shared/domain/certificate.ts';
import type { CollectedPunches } from '../shared/domain/collected.ts';
import type { WantedStore } from '../shared/domain/wanted-person.ts';
import { VERSION } from '../shared/version.ts';
import { type Hello, type HelloDevice, WIRE_VERSION } from '../shared/wire/envelope.ts';
import { type SiteAddress, topics } from '../shared/wire/topics.ts';
import type { Clock } from './clock.ts';
import type { LiveStation } from './devices/station.ts';
import type { CloudClock } from './dispatch/cloud-clock.ts';
import type { Fence } from './dispatch/fence.ts';
import { isStorageError } from './journal/errors.ts';
import type { Journal } from './journal/journal.ts';
import type { Link } from './link/link.ts';
import { noteSession, ownSessions } from './own-sessions.ts';
import { isOffsetNews, isVitalNews, type Vitals } from './vitals.ts';

const HELLO_BYTES = 120_000;
/** Changes that come together are announced together. */
const GATHER_MS = 50;
/**
 * That a terminal was reached once more is no news by itself: how it stands is known. Only for `last_seen` it is told after so long without
 * any other hello, at the latest; agents that connected at the same moment do not say so at the same moment again.
 */
const SEEN_NEWS_MS = 6 * 3_600_000;
const SEEN_SPREAD = 0.25;
const RETRY_MS = 2000;
/** The cloud is asked for its word on the fence again after so long, and then half as often each time. */
const ASK_AGAIN_MS = 2000;
const ASK_AGAIN_AT_MOST_MS = 300_000;

type StationView = Pick<LiveStation, 'device' | 'serial' | 'standing'>;

export interface HelloPorts {
  readonly at: SiteAddress;
  readonly clock: Clock;
  readonly cloudClock: CloudClock;
  readonly journal: Journal;
  readonly fence: Pick<Fence, 'since' | 'announced'>;
  readonly link: () => Link;
  readonly stations: () => readonly StationView[];
  /** How the punches of a device are collected. */
  readonly collected: (device: string) => CollectedPunches;
  /** Who is kept at which terminal. */
  readonly wanted: () => WantedStore;
  /** Events that the cloud is not known to have. */
  readonly eventsWaiting: () => number;
  /** Room on the disk of the data folder; null: nobody knows. */
  readonly disk: () => Disk | null;
  /** When its certificate is due, and ends; null: nobody knows. */
  readonly certificate: () => CertificateTimes | null;
  /** This agent's public key. */
  readonly key: () => string;
  /** What became of the update that was asked of it last; null: none was. */
  readonly update: () => UpdateReport | null;
  /** Told of every news, also while there is no line to the cloud. */
  readonly onNews: (hello: Hello, isUp: boolean) => void;
  readonly log: Logger;
}

export class HelloTeller {
  readonly #ports: HelloPorts;
  #cancelTelling: (() => void) | null = null;
  #announcedAt = 0;
  #seenNewsMs = SEEN_NEWS_MS;
  #seq = 0;
  /** The first hello of this connection, or of the next one. */
  #firstSeq = 0;
  #cancelAsking: (() => void) | null = null;
  #askAgainMs = ASK_AGAIN_MS;
  /** How the machine fared when it was told last. */
  #told: Vitals | null = null;

  constructor(ports: HelloPorts) {
    this.#ports = ports;
  }

  /** A terminal was reached. */
  contact(): void {
    if (this.#ports.clock.monotonic() > this.#announcedAt + this.#seenNewsMs) this.announceSoon();
  }

  /** A direct message has come: by it the cloud's clock may have been seen, or seen better. */
  measured(): void {
    const { offset } = this.#ports.cloudClock;
    if (isOffsetNews(this.#told?.clockOffsetMs ?? null, offset)) this.announceSoon();
  }

  /** To be called every so often: tells what has changed by itself, if that is news. */
  look(): void {
    if (this.#told !== null && this.#ports.link().isUp && isVitalNews(this.#told, this.#vitals())) {
      this.announceSoon();
    }
  }

  /** Tells soon; call for every change. */
  announceSoon(delayMs = GATHER_MS): void {
    if (this.#cancelTelling !== null) return;
    this.#cancelTelling = this.#ports.clock.after(delayMs, () => {
      this.#cancelTelling = null;
      void this.#announce();
    });
  }

  /** Tells at once. */
  announceNow(): void {
    this.stop();
    void this.#announce();
  }

  /** Call when the line breaks: what the cloud still says is about a connection that is over. */
  disconnected(): void {
    this.#firstSeq = this.#seq + 1;
    this.announceSoon();
  }

  /** Call when the line comes up. */
  connected(): void {
    this.#askAgainMs = ASK_AGAIN_MS;
    this.announceNow();
  }

  /** True if a word of the cloud on that hello is about this connection. */
  isAnsweredBy(session: string, seq: number): boolean {
    return session === this.#ports.link().session && seq >= this.#firstSeq;
  }

  stop(): void {
    this.#cancelTelling?.();
    this.#cancelAsking?.();
    this.#cancelTelling = null;
    this.#cancelAsking = null;
  }

  async #announce(): Promise<void> {
    const { at, clock, link, log, onNews } = this.#ports;
    try {
      const hello = this.#hello();
      onNews(hello, link().isUp);
      if (!link().isUp) return;
      this.#announcedAt = clock.monotonic();
      this.#seenNewsMs = SEEN_NEWS_MS * (1 - SEEN_SPREAD * Math.random());
      this.#told = hello;
      await link().publish(topics.hello(at), helloBytes(hello));
      if ((hello.seq ?? 0) >= this.#firstSeq) this.#ports.fence.announced();
      this.#askAgain();
    } catch (error) {
      log.warn({ error: String(error) }, 'hello not sent, will be sent again');
      if (link().isUp) this.announceSoon(RETRY_MS);
    }
  }

  /** As long as the cloud has not said what it knows of this agent's fence. */
  #askAgain(): void {
    const isOpen = () => this.#ports.link().isUp && this.#ports.fence.since === null;
    if (!isOpen() || this.#cancelAsking !== null) return;
    this.#cancelAsking = this.#ports.clock.after(this.#askAgainMs, () => {
      this.#cancelAsking = null;
      if (isOpen()) this.announceSoon();
    });
    this.#askAgainMs = Math.min(this.#askAgainMs * 2, ASK_AGAIN_AT_MOST_MS);
  }

  /** Tried with every hello: what a full disk keeps out of the journal, the next run does not know to be its own. */
  #noteSession(): readonly string[] {
    const { journal, link, log } = this.#ports;
    try {
      return noteSession(journal.notes, link().session);
    } catch (error) {
      if (!isStorageError(error)) throw error;
      log.warn({ err: error }, 'session not written down');
      return ownSessions(journal.notes, link().session);
    }
  }

  #vitals(): Vitals {
    const { cloudClock, journal } = this.#ports;
    const disk = this.#ports.disk();
    return {
      clockOffsetMs: cloudClock.offset,
      journalDepth: journal.depth,
      eventsWaiting: this.#ports.eventsWaiting(),
      ...(disk === null ? {} : { disk }),
    };
  }

  #hello(): Hello {
    const { clock, fence, link, stations, collected, wanted, key, update } = this.#ports;
    const certificate = this.#ports.certificate();
    return {
      v: WIRE_VERSION,
      session: link().session,
      agentVersion: VERSION,
      seq: ++this.#seq,
      at: clock.now(),
      ...this.#vitals(),
      ownSessions: [...this.#noteSession()],
      tenureSince: fence.since,
      devices: stations().map((station) => asHelloDevice(station, collected(station.device.id))),
      wanted: wanted(),
      ...(certificate === null ? {} : { certificate }),
      key: key(),
      update: update(),
    };
  }
}

function asHelloDevice({ device, serial, standing }: StationView, punches: CollectedPunches): HelloDevice {
  const { id, name, host, port, source, timezone } = device;
  const { state, since, reason, lastSeen, contact } = standing;
  return {
    ...{ id, name, host, port, source, timezone },
    reachable: contact.state === 'unknown' ? null : contact.state === 'online',
    lastSeen,
    ...{ state, since },
    ...(reason !== null && { reason }),
    ...(serial !== null && { serial }),
    punches,
  };
}

/**
 * A broker takes 128 KB: a branch of hundreds of terminals that are all away is announced without the reasons and without what its
 * punches do; one that is still too large, without who is kept where.
 */
export function helloBytes(hello: Hello, most = HELLO_BYTES): Buffer {
  const bytes = Buffer.from(JSON.stringify(hello));
  if (bytes.length <= most) return bytes;
  const devices = hello.devices.map(({ reason: _why, punches: _how, ...device }) => device);
  const shorter = Buffer.from(JSON.stringify({ ...hello, devices }));
  if (shorter.length <= most) return shorter;
  const { wanted: _who, ...rest } = hello;
  return Buffer.from(JSON.stringify({ ...rest, devices }));
}
