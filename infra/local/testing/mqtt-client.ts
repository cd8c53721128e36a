// A real MQTT 5 client for tests of the broker: the SDK that agents use, with PUBACKs held back on demand.
import { once } from 'node:events';
import { iot, mqtt5 } from 'aws-iot-device-sdk-v2';

export interface TestClientOptions {
  readonly port: number;
  readonly clientId: string;
  readonly identity: { readonly pem: string; readonly keyPem: string };
  readonly rootPem: string;
  /** Seconds; 0 ends the session with the connection. */
  readonly sessionExpiry?: number;
  readonly will?: { readonly topic: string; readonly payload: string };
}

export interface Received {
  readonly topic: string;
  readonly text: string;
  readonly expiry: number | undefined;
  acknowledge(): void;
}

const WAIT_MS = 4000;

export class TestClient {
  /** False keeps PUBACKs back until `acknowledge` is called. */
  acknowledges = true;
  readonly #client: mqtt5.Mqtt5Client;
  readonly #received: Received[] = [];
  readonly #waiting: ((message: Received) => void)[] = [];

  private constructor(client: mqtt5.Mqtt5Client) {
    this.#client = client;
    client.on('error', () => {});
    client.on('messageReceived', ({ message, acknowledgementControl }) => {
      const handle = acknowledgementControl?.acquireHandle();
      const acknowledge = (): void => handle?.invokeAcknowledgement();
      const text = Buffer.from(message.payload as ArrayBuffer).toString();
      const received = {
        topic: message.topicName,
        text,
        expiry: message.messageExpiryIntervalSeconds,
        acknowledge,
      };
      if (this.acknowledges) acknowledge();
      const next = this.#waiting.shift();
      if (next === undefined) this.#received.push(received);
      else next(received);
    });
  }

  /** Connects once. Rejects with the broker's reason if it refuses. */
  static async connect(options: TestClientOptions): Promise<TestClient> {
    const client = new mqtt5.Mqtt5Client(configOf(options));
    const test = new TestClient(client);
    const connected = once(client, 'connectionSuccess', { signal: AbortSignal.timeout(WAIT_MS) });
    const failed = once(client, 'connectionFailure', { signal: AbortSignal.timeout(WAIT_MS) });
    failed.catch(() => {});
    client.start();
    const refused = await Promise.race([connected.then(() => null), failed]);
    if (refused === null) return test;
    connected.catch(() => {});
    await test.stop();
    const [{ connack, error }] = refused as [mqtt5.ConnectionFailureEvent];
    throw new Error(connack === undefined ? String(error) : `refused ${connack.reasonCode}`);
  }

  /** The SUBACK's reason code: 0 or 1 granted, 135 not authorized. */
  async subscribe(topicFilter: string): Promise<number | undefined> {
    const suback = await this.#client.subscribe({
      subscriptions: [{ topicFilter, qos: mqtt5.QoS.AtLeastOnce }],
    });
    return suback.reasonCodes[0];
  }

  /** The PUBACK's reason code: 0 accepted, 135 not authorized. */
  async publish(topicName: string, payload: string | Buffer): Promise<number | undefined> {
    const puback = await this.#client.publish({ topicName, qos: mqtt5.QoS.AtLeastOnce, payload });
    return puback?.reasonCode;
  }

  next(): Promise<Received> {
    const received = this.#received.shift();
    if (received !== undefined) return Promise.resolve(received);
    const { promise, resolve, reject } = Promise.withResolvers<Received>();
    const timer = setTimeout(() => reject(new Error('no message came')), WAIT_MS);
    this.#waiting.push((message) => {
      clearTimeout(timer);
      resolve(message);
    });
    return promise;
  }

  /** Messages that came and were not taken by the test yet. */
  get unread(): readonly string[] {
    return this.#received.map(({ text }) => text);
  }

  reconnected(): Promise<unknown> {
    return once(this.#client, 'connectionSuccess', { signal: AbortSignal.timeout(WAIT_MS) });
  }

  disconnected(): Promise<unknown> {
    return once(this.#client, 'disconnection', { signal: AbortSignal.timeout(WAIT_MS) });
  }

  /** Disconnects; `orderly` with a DISCONNECT, so that no will is sent. */
  async stop(): Promise<void> {
    const stopped = once(this.#client, 'stopped', { signal: AbortSignal.timeout(WAIT_MS) });
    this.#client.stop();
    await stopped;
    this.#client.close();
  }
}

function configOf({ port, clientId, identity, rootPem, sessionExpiry = 0, will }: TestClientOptions) {
  return iot.AwsIotMqtt5ClientConfigBuilder.newDirectMqttBuilderWithMtlsFromMemory(
    '127.0.0.1',
    identity.pem,
    identity.keyPem,
  )
    .withCertificateAuthority(rootPem)
    .withPort(port)
    .withSessionBehavior(mqtt5.ClientSessionBehavior.RejoinAlways)
    .withMinReconnectDelayMs(50)
    .withMaxReconnectDelayMs(100)
    .withConnectProperties({
      clientId,
      keepAliveIntervalSeconds: 60,
      sessionExpiryIntervalSeconds: sessionExpiry,
      ...(will === undefined
        ? {}
        : { will: { topicName: will.topic, qos: mqtt5.QoS.AtLeastOnce, payload: will.payload } }),
    })
    .build();
}
