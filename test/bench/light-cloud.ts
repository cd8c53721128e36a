// A cloud without store and functions, for a bench of what lies between: broker, data plane, the cloud's own sender, and what comes back.
import { IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane';
import { ulid } from 'ulid';
import { systemClock } from '../../cloud/clock.ts';
import { IotSender } from '../../cloud/commands/iot-sender.ts';
import type { Dispatched, Outbound } from '../../cloud/commands/sender.ts';
import { sendWord } from '../../cloud/commands/word.ts';
import { log } from '../../cloud/log.ts';
import { Broker, type SiteMessage } from '../../infra/local/broker/broker.ts';
import { LocalAuthority } from '../../infra/local/certs/authority.ts';
import { DataPlane } from '../../infra/local/dataplane/server.ts';
import { newCredentials, REGION } from '../../infra/local/environment.ts';
import { heardHelloSchema, type Reply, replySchema } from '../../shared/wire/envelope.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';

/** What went over the line, by the kinds that it is charged by. */
export interface Tally {
  direct: number;
  published: number;
  words: number;
  hellos: number;
  replies: number;
  progress: number;
  wills: number;
}

const NOTHING: Tally = { direct: 0, published: 0, words: 0, hellos: 0, replies: 0, progress: 0, wills: 0 };

export interface Answered {
  readonly reply: Reply;
  /** From the moment before it was sent, ms. */
  readonly ms: number;
}

interface Waiting {
  readonly sentAt: number;
  readonly answer: (answered: Answered) => void;
}

export class LightCloud {
  readonly broker: Broker;
  readonly authority: LocalAuthority;
  /** When each site last said hello, by `performance.now()`. */
  readonly heard = new Map<string, number>();
  tally: Tally = { ...NOTHING };
  /** Replies to what had been answered before. */
  twice = 0;
  readonly #dataPlane: DataPlane;
  readonly #sender: IotSender;
  readonly #waiting = new Map<string, Waiting>();
  readonly #answered = new Set<string>();

  private constructor(broker: Broker, authority: LocalAuthority, dataPlane: DataPlane, sender: IotSender) {
    this.broker = broker;
    this.authority = authority;
    this.#dataPlane = dataPlane;
    this.#sender = sender;
  }

  static async open(folder: string): Promise<LightCloud> {
    // What is not delivered is counted.
    log.setLogLevel('SILENT');
    const authority = await LocalAuthority.open(folder);
    const server = await authority.issueServer();
    let take = (_message: SiteMessage): void => {};
    const broker = await Broker.start({
      port: 0,
      tls: { cert: server.pem, key: server.keyPem, ca: authority.rootPem },
      siteOf: (certificate) => authority.registry.siteOf(certificate),
      onMessage: (message) => take(message),
      onDisconnect: () => {},
    });
    const credentials = newCredentials();
    const dataPlane = await DataPlane.start({ port: 0, broker, credentials, region: REGION });
    // One client plays all functions: it has the sockets of many, and waits longer where this process is busy.
    const client = new IoTDataPlaneClient({
      ...{ endpoint: dataPlane.url, region: REGION, credentials, maxAttempts: 1 },
      requestHandler: {
        ...{ connectionTimeout: 15_000, requestTimeout: 20_000, throwOnRequestTimeout: true },
        httpAgent: { keepAlive: true, maxSockets: 256 },
      },
    });
    const cloud = new LightCloud(broker, authority, dataPlane, new IotSender(client, systemClock));
    take = (message) => cloud.#take(message);
    return cloud;
  }

  get underWay(): number {
    return this.#waiting.size;
  }

  /** Sends a command; tells how it went, and its answer once there is one. */
  send(to: SiteAddress, command: Outbound): { sent: Promise<Dispatched>; answered: Promise<Answered> } {
    const { promise: answered, resolve } = Promise.withResolvers<Answered>();
    this.#waiting.set(command.id, { sentAt: performance.now(), answer: resolve });
    const sent = this.#sender.send(to, command).then((how) => {
      if (how === 'delivered') this.tally.direct++;
      else if (how === 'published') this.tally.published++;
      return how;
    });
    return { sent, answered };
  }

  /** What was counted since the last call. */
  count(): Tally {
    const counted = this.tally;
    this.tally = { ...NOTHING };
    return counted;
  }

  #take({ topic, payload }: SiteMessage): void {
    if (topic.kind === 'hello') return this.#greet(topic, payload);
    if (topic.kind === 'prog') this.tally.progress++;
    else if (topic.kind === 'will') this.tally.wills++;
    else if (topic.kind === 'res') {
      this.tally.replies++;
      // The parts of a long answer follow under their numbers.
      if (topic.part.endsWith('-0')) this.#settle(replySchema.parse(JSON.parse(textOf(payload))));
    }
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    // Words are answered, too, and nobody waits for that.
    if (this.#answered.has(reply.id)) this.twice++;
    if (waiting === undefined) return;
    this.#answered.add(reply.id);
    waiting.answer({ reply, ms: performance.now() - waiting.sentAt });
  }

  /** Says, as presence does, that no other agent has ever spoken for the site. */
  #greet({ tenant, site }: SiteAddress, payload: Uint8Array): void {
    this.tally.hellos++;
    this.heard.set(site, performance.now());
    const { session, seq, tenureSince } = heardHelloSchema.parse(JSON.parse(textOf(payload)));
    if (tenureSince !== null) return;
    this.tally.words++;
    const word = { session, seq: seq ?? 0, since: 0 };
    // One that is lost is asked for with the next hello.
    void sendWord(this.#sender, { tenant, site }, 'site.tenure', word, systemClock).catch(() => {});
  }

  async close(): Promise<void> {
    await this.#dataPlane.stop();
    await this.broker.stop();
  }
}

/** An id as the ledger gives it. */
export const newId = (): string => ulid();

function textOf(payload: Uint8Array): string {
  return Buffer.from(payload).toString('utf8');
}
