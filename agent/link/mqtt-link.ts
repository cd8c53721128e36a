// The link over MQTT 5 with mutual TLS, by aws-iot-device-sdk-v2.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { http, iot, mqtt5 } from 'aws-iot-device-sdk-v2';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import { KEEP_ALIVE_SECONDS } from '../../shared/wire/envelope.ts';
import { topics } from '../../shared/wire/topics.ts';
import { systemClock, type Timers } from '../clock.ts';
import type { Link, LinkEvents, LinkOptions, LinkProxy } from './link.ts';
import { PubackHold } from './puback-hold.ts';
import { RECONNECT_MAX_MS, RECONNECT_MIN_MS, STANDING_MS } from './reconnect.ts';

const DEFAULT_PORT = 8883;
/** Commands published while the agent is away wait in its session for this long, unless they expire first. */
const SESSION_EXPIRY_SECONDS = 3600;
const PUBACK_SECONDS = 15;
/** A subscription that failed on a working connection is tried again after this long. */
const SUBSCRIBE_AGAIN_MS = 15_000;
const STOP_MS = 3000;
/** Longer than one write on a terminal takes. */
const STAND_DOWN_MS = 20_000;

export class MqttLink implements Link {
  readonly session = randomUUID();
  readonly #client: mqtt5.Mqtt5Client;
  readonly #at: { tenant: string; site: string };
  readonly #events: LinkEvents;
  readonly #tellsEvents: boolean;
  #takesEvents = false;
  #isUp = false;
  /** Whether this run's subscription is known to be in the session that the broker keeps. */
  #isSubscribed = false;
  readonly #clock: Timers;
  readonly #pubacks: PubackHold;
  #cancelComingBack: (() => void) | null = null;
  #cancelSubscribing: (() => void) | null = null;

  constructor(options: LinkOptions, events: LinkEvents, clock: Timers = systemClock) {
    this.#clock = clock;
    this.#pubacks = new PubackHold(clock);
    this.#at = { tenant: options.tenant, site: options.site };
    this.#events = events;
    this.#tellsEvents = options.events === true;
    this.#client = new mqtt5.Mqtt5Client(clientConfig(options, this.session));
    this.#client.on('connectionSuccess', (event) => void this.#connected(event.connack.sessionPresent));
    this.#client.on('disconnection', (event) => {
      this.#down(event.error.toString());
      if (event.disconnect?.reasonCode === mqtt5.DisconnectReasonCode.SessionTakenOver) this.#standDown();
    });
    this.#client.on('connectionFailure', ({ error, connack }) => {
      // The library's own message does not distinguish a revoked certificate from an overloaded broker.
      const reason = connack === undefined ? '' : ` (${mqtt5.ConnectReasonCode[connack.reasonCode]})`;
      this.#down(`${error.toString()}${reason}`, connack === undefined);
    });
    this.#client.on('error', (error) => this.#down(String(error)));
    this.#client.on('messageReceived', (event) => this.#received(event));
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get takesEvents(): boolean {
    return this.#takesEvents;
  }

  start(): void {
    this.#client.start();
  }

  async publish(topic: string, payload: Uint8Array): Promise<void> {
    const packet = { topicName: topic, qos: mqtt5.QoS.AtLeastOnce, payload: Buffer.from(payload) };
    const publishing = this.#client.publish(packet);
    this.#pubacks.published();
    const puback = await publishing;
    if (puback !== undefined && 'reasonCode' in puback && puback.reasonCode >= 0x80) {
      throw new Error(`the broker refused ${topic}: ${mqtt5.PubackReasonCode[puback.reasonCode]}`);
    }
  }

  async stop(): Promise<void> {
    this.#cancelComingBack?.();
    this.#cancelSubscribing?.();
    this.#pubacks.release();
    const stopped = once(this.#client, 'stopped', { signal: AbortSignal.timeout(STOP_MS) });
    this.#client.stop({ reasonCode: mqtt5.DisconnectReasonCode.NormalDisconnection });
    // A broker that does not answer must not delay the end of the process.
    await stopped.catch(() => undefined);
    this.#client.close();
  }

  async #connected(sessionPresent: boolean): Promise<void> {
    if (!sessionPresent) this.#isSubscribed = false;
    try {
      // A session may be there without the subscription: the line broke in between, or an earlier run made it.
      if (!this.#isSubscribed) await this.#subscribe();
      this.#isUp = true;
      this.#events.onUp();
    } catch (error) {
      this.#down(String(error));
      // If the connection broke, reconnecting comes first; a broker that refused may have got a new policy meanwhile.
      this.#cancelSubscribing = this.#clock.after(SUBSCRIBE_AGAIN_MS, () => {
        if (!this.#isUp) void this.#connected(true);
      });
    }
  }

  async #subscribe(): Promise<void> {
    const filters = [topics.command(this.#at), ...(this.#tellsEvents ? [topics.stored(this.#at)] : [])];
    const subscriptions = filters.map((topicFilter) => ({ topicFilter, qos: mqtt5.QoS.AtLeastOnce }));
    const suback = await this.#client.subscribe({ subscriptions });
    const [commands, stored] = suback.reasonCodes;
    if (isRefused(commands)) throw new Error(`the broker refused the subscription to ${filters[0]}`);
    // A cloud that is older than this agent has no such topic: events wait until it is renewed.
    this.#takesEvents = this.#tellsEvents && !isRefused(stored);
    this.#isSubscribed = this.#takesEvents === this.#tellsEvents;
  }

  #down(reason: string, isUnreached = false): void {
    this.#cancelSubscribing?.();
    this.#isUp = false;
    this.#events.onDown(reason, isUnreached);
  }

  /** Two agents that keep throwing each other out would both hear nothing: this one comes back when the other is done with what it took. */
  #standDown(): void {
    this.#events.onTakenOver();
    this.#client.stop();
    this.#cancelComingBack = this.#clock.after(STAND_DOWN_MS, () => this.#client.start());
  }

  #received(event: mqtt5.MessageReceivedEvent): void {
    // The handle must be taken before this listener returns, else the SDK acknowledges by itself.
    const handle = event.acknowledgementControl?.acquireHandle();
    const acknowledge = this.#pubacks.arrived(() => handle?.invokeAcknowledgement());
    if (event.message.topicName === topics.stored(this.#at)) {
      this.#events.onStored(toBytes(event.message.payload));
      return acknowledge();
    }
    if (event.message.topicName !== topics.command(this.#at)) return acknowledge();
    this.#events.onCommand({ payload: toBytes(event.message.payload), acknowledge });
  }
}

function clientConfig(options: LinkOptions, session: string): mqtt5.Mqtt5ClientConfig {
  const [host = '', port] = options.endpoint.split(':');
  const builder = iot.AwsIotMqtt5ClientConfigBuilder.newDirectMqttBuilderWithMtlsFromPath(
    host,
    options.certificate,
    options.key,
  );
  if (options.proxy) builder.withHttpProxyOptions(proxyOptions(options.proxy));
  if (options.ca !== undefined) builder.withCertificateAuthorityFromPath(undefined, options.ca);
  builder
    .withPort(port === undefined ? DEFAULT_PORT : Number(port))
    .withSessionBehavior(mqtt5.ClientSessionBehavior.RejoinAlways)
    .withOfflineQueueBehavior(mqtt5.ClientOperationQueueBehavior.FailAllOnDisconnect)
    .withRetryJitterMode(mqtt5.RetryJitterType.Full)
    .withMinReconnectDelayMs(RECONNECT_MIN_MS)
    .withMaxReconnectDelayMs(RECONNECT_MAX_MS)
    .withMinConnectedTimeToResetReconnectDelayMs(STANDING_MS)
    .withAckTimeoutSeconds(PUBACK_SECONDS)
    .withConnectProperties({
      clientId: clientIdOf(options.tenant, options.site),
      keepAliveIntervalSeconds: KEEP_ALIVE_SECONDS,
      sessionExpiryIntervalSeconds: SESSION_EXPIRY_SECONDS,
      will: {
        topicName: topics.will(options),
        qos: mqtt5.QoS.AtLeastOnce,
        payload: JSON.stringify({ v: 1, session }),
      },
    });
  // The SDK's own throttle is IoT Core's quota; other brokers have none.
  if (!host.endsWith('.amazonaws.com')) {
    builder.withExtendedValidationAndFlowControlOptions(mqtt5.ClientExtendedValidationAndFlowControl.None);
  }
  return builder.build();
}

function proxyOptions({ host, port, username, password }: LinkProxy): http.HttpProxyOptions {
  const { None, Basic } = http.HttpProxyAuthenticationType;
  const method = username === undefined ? None : Basic;
  const { Tunneling } = http.HttpProxyConnectionType;
  return new http.HttpProxyOptions(host, port, method, username, password ?? '', undefined, Tunneling);
}

/** True for a SUBACK's code of failure, and where there is none. */
function isRefused(code: number | undefined): boolean {
  return code === undefined || code >= 0x80;
}

function toBytes(payload: mqtt5.Payload | undefined): Uint8Array {
  if (payload === undefined) return new Uint8Array();
  if (typeof payload === 'string') return Buffer.from(payload);
  if (payload instanceof ArrayBuffer) return new Uint8Array(payload);
  if (ArrayBuffer.isView(payload))
    return new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength);
  return Buffer.from(JSON.stringify(payload));
}
