// The MQTT 5 broker of local mode: mutual TLS, one client id per certificate, the policy and limits of AWS IoT Core.
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type Server, TLSSocket } from 'node:tls';
import { Aedes, type AedesOptions, type AuthenticateError, type Client } from 'aedes';
import { clientIdOf, parseClientId } from '../../../shared/domain/identifiers.ts';
import { type ParsedTopic, type SiteAddress, topics } from '../../../shared/wire/topics.ts';
import type { Meter } from '../meter.ts';
import { Connections } from './connections.ts';
import { deliver } from './deliver.ts';
import type { Disturbance } from './disturbance.ts';
import { listenerOf } from './listener.ts';
import { meterPublished, meterSent } from './metering.ts';
import { type OutgoingStore, trackOutgoing } from './outgoing.ts';
import {
  KEEPALIVE_SECONDS,
  mayPublish,
  maySubscribe,
  PACKET_BYTES,
  PAYLOAD_BYTES,
  SESSION_SECONDS,
} from './policy.ts';
import { type DirectOutcome, type Outbound, Session } from './session.ts';

const SESSION_TAKEN_OVER = 0x8e;
const NOT_AUTHORIZED = 5;

/** What a site published. */
export interface SiteMessage {
  readonly topic: ParsedTopic;
  /** The topic as it came. */
  readonly name: string;
  readonly payload: Uint8Array;
  /** Id of the certificate that the connection was made with. */
  readonly certificate: string;
}

export interface BrokerOptions extends Disturbance {
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM; `ca` signs the clients' certificates. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string };
  /** Clients must name this protocol, as at port 443 of AWS. */
  readonly alpn?: string | undefined;
  /** Whom a certificate (by its id, SHA-256 in hex) speaks for; null: nobody. */
  readonly siteOf: (certificate: string) => SiteAddress | null;
  /** Every message that a site was allowed to publish, its last will too. On the reply path: must not block. */
  readonly onMessage: (message: SiteMessage) => void;
  /** A site's connection ended, other than by a newer one of the same client id. */
  readonly onDisconnect: (site: SiteAddress) => void;
  /** Counts what AWS would meter. */
  readonly meter?: Meter | undefined;
}

export interface DirectMessage {
  readonly clientId: string;
  readonly topic: string;
  readonly payload: Buffer;
  /** How long to wait for the PUBACK, in ms; undefined: do not wait. */
  readonly confirmMs: number | undefined;
}

export class Broker {
  readonly #options: BrokerOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #sites = new WeakMap<Client, SiteAddress>();
  readonly #certificates = new WeakMap<Client, string>();
  readonly #clients = new Map<string, Client>();
  readonly connections = new Connections();
  readonly #sockets = new Set<Socket>();
  #aedes: Aedes | null = null;
  #server: Server | null = null;
  #port: number;

  private constructor(options: BrokerOptions) {
    this.#options = options;
    this.#port = options.port;
  }

  /** @throws the listener's errors, such as EADDRINUSE */
  static async start(options: BrokerOptions): Promise<Broker> {
    const broker = new Broker(options);
    await broker.#open();
    return broker;
  }

  get port(): number {
    return this.#port;
  }

  isConnected(clientId: string): boolean {
    return this.#sessions.get(clientId)?.connected ?? false;
  }

  /**
   * SendDirectMessage: to a connected client alone, QoS 1. Resolves with `acknowledged` on the PUBACK of this very
   * message (at once without `confirmMs`), `offline` if the client is not connected, `lost` if its connection ended or
   * no PUBACK came in time; the message is not sent again.
   */
  async sendDirect({ clientId, topic, payload, confirmMs }: DirectMessage): Promise<DirectOutcome> {
    const session = this.#sessions.get(clientId);
    if (session === undefined || !session.connected) return 'offline';
    const { promise, resolve } = Promise.withResolvers<DirectOutcome>();
    const message: Outbound = { topic, payload, qos: 1, expiresAt: undefined, settle: resolve };
    session.sendDirect(message);
    if (confirmMs === undefined) return 'acknowledged';
    const timer = setTimeout(() => {
      session.takeBack(message);
      resolve('lost');
    }, confirmMs);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Publish on a site's command topic; at QoS 1 it is kept for a session that is away until it expires. */
  publish(site: SiteAddress, payload: Buffer, qos: 0 | 1, expirySeconds: number | undefined): void {
    const expiresAt = expirySeconds === undefined ? undefined : Date.now() + expirySeconds * 1000;
    const topic = topics.command(site);
    this.#session(clientIdOf(site.tenant, site.site)).publish({
      topic,
      payload,
      qos,
      expiresAt,
      settle: undefined,
    });
  }

  /** Cuts a client's connection. False if it is not connected. */
  disconnect(clientId: string): boolean {
    const client = this.#clients.get(clientId);
    client?.close();
    return client !== undefined;
  }

  /**
   * Goes down, comes back on the same port once `meanwhile` is done; sessions and what they wait for stay, as they do in AWS.
   */
  async restart(meanwhile: () => Promise<void> = async () => undefined): Promise<void> {
    const store = this.#aedes === null ? undefined : storeOf(this.#aedes);
    await this.stop();
    await meanwhile().finally(() => this.#open(store));
  }

  async stop(): Promise<void> {
    const server = this.#server;
    const aedes = this.#aedes;
    if (server === null || aedes === null) return;
    this.#server = null;
    const closed = once(server, 'close');
    server.close();
    await new Promise<void>((resolve) => aedes.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #open(store?: OutgoingStore): Promise<void> {
    const aedes = new Aedes({
      ...this.#policy(),
      keepaliveLimit: KEEPALIVE_SECONDS,
      maximumPacketSize: PACKET_BYTES,
      sessionExpiryIntervalLimit: SESSION_SECONDS,
      persistence: store,
    });
    this.#aedes = aedes;
    this.#follow(aedes);
    await aedes.listen();
    const { onAcknowledged, meter } = this.#options;
    trackOutgoing(
      storeOf(aedes),
      (clientId) => this.#session(clientId),
      (clientId) => {
        onAcknowledged?.(clientId);
        meter?.message('puback', 0);
      },
    );
    const { tls, alpn } = this.#options;
    const server = listenerOf({ tls, alpn, onClient: (socket) => void aedes.handle(socket) });
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
    const address = server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
  }

  #policy(): AedesOptions {
    return {
      preConnect: (_client, packet, done) => {
        // A session that ends with its connection would not be tracked by packet id; a second more does no harm.
        const asked = packet.properties?.sessionExpiryInterval ?? 0;
        packet.properties = { ...packet.properties, sessionExpiryInterval: Math.max(1, asked) };
        done(null, true);
      },
      authenticate: (client, _name, _password, done) => {
        const site = this.#identify(client);
        if (site === null) return done(refusal(), false);
        this.#sites.set(client, site);
        done(null, true);
      },
      authorizePublish: (client, packet, done) => {
        const site = client === null ? undefined : this.#sites.get(client);
        const topic = site === undefined ? null : mayPublish(site, packet.topic);
        const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
        if (topic === null) return done(new Error(`not allowed to publish on ${packet.topic}`));
        if (payload.length > PAYLOAD_BYTES) return done(new Error('payload over 128 KB'));
        const { meter } = this.#options;
        if (meter !== undefined) meterPublished(meter, topic, packet.topic, payload.length);
        // The rules run here and not on the broker's own event, which comes several turns of the loop later.
        const certificate = (client === null ? undefined : this.#certificates.get(client)) ?? '';
        const fate = this.#options.strike?.(topic) ?? 'passes';
        if (fate !== 'lost') this.#options.onMessage({ topic, name: packet.topic, payload, certificate });
        if (fate === 'passes') return done(null);
        // The client gets no answer: it only sees its socket close.
        client?.conn.destroy();
      },
      authorizeSubscribe: (client, subscription, done) => {
        const site = this.#sites.get(client);
        done(null, site !== undefined && maySubscribe(site, subscription.topic) ? subscription : null);
      },
    };
  }

  #follow(aedes: Aedes): void {
    const present = new WeakMap<Client, boolean>();
    aedes.on('connackSent', (packet, client) => present.set(client, packet.sessionPresent));
    aedes.on('client', (client) => this.#clients.set(client.id, client));
    aedes.on('clientReady', (client) => {
      // On a takeover this may come before 'client', with the end of the old connection between them.
      this.#clients.set(client.id, client);
      this.connections.note(client.id, true);
      this.#options.meter?.message('connect', 0);
      this.#session(client.id).connect(
        (message, again) => this.#deliver(client, message, again),
        present.get(client) ?? false,
      );
    });
    aedes.on('subscribe', (subscriptions, client) => {
      this.#options.meter?.message('subscribe', 0);
      if (subscriptions.some(({ qos }) => (qos as number) < 0x80)) this.#session(client.id).subscribe();
    });
    aedes.on('unsubscribe', (_topics, client) => {
      if (!client.closed) this.#session(client.id).unsubscribe();
    });
    aedes.on('sessionExpired', (client) => {
      if (!this.#session(client.id).connected) this.#sessions.delete(client.id);
    });
    aedes.on('clientDisconnect', (client) => {
      if (this.#clients.get(client.id) === client) {
        this.#clients.delete(client.id);
        this.#session(client.id).disconnect();
        this.connections.note(client.id, false);
      }
      const site = this.#sites.get(client);
      if (site !== undefined && client.disconnectReasonCode !== SESSION_TAKEN_OVER)
        this.#options.onDisconnect(site);
    });
  }

  #deliver(client: Client, message: Outbound, again: boolean): void {
    const { meter } = this.#options;
    const send = (): void => {
      if (meter !== undefined) meterSent(meter, message.topic, message.payload.length);
      deliver(client, message, again);
    };
    if (this.#options.intercept === undefined) send();
    else this.#options.intercept(client.id, send);
  }

  #identify(client: Client): SiteAddress | null {
    if (client.version !== 5 || !(client.conn instanceof TLSSocket)) return null;
    // A connection that ended during its CONNECT has no peer any more, whatever the types say.
    const peer: { fingerprint256: string } | null = client.conn.getPeerCertificate();
    if (peer === null) return null;
    const certificate = peer.fingerprint256.replaceAll(':', '').toLowerCase();
    this.#certificates.set(client, certificate);
    const site = this.#options.siteOf(certificate);
    return site !== null && clientIdOf(site.tenant, site.site) === client.id ? site : null;
  }

  #session(clientId: string): Session {
    let session = this.#sessions.get(clientId);
    if (session === undefined) {
      session = new Session();
      if (parseClientId(clientId) !== null) this.#sessions.set(clientId, session);
    }
    return session;
  }
}

function refusal(): AuthenticateError {
  return Object.assign(new Error('not authorized'), { returnCode: NOT_AUTHORIZED });
}

/** The broker's store is public in its documentation, not in its types. */
function storeOf(aedes: Aedes): OutgoingStore {
  return (aedes as unknown as { persistence: OutgoingStore }).persistence;
}
