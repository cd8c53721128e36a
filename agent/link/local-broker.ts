// A broker of the branch, for programs there that want to hear of events: MQTT 5, without TLS, best effort.
import { once } from 'node:events';
import { mqtt5 } from 'aws-iot-device-sdk-v2';

/** What publishes to whoever listens in the branch. */
export interface LocalPublisher {
  readonly isUp: boolean;
  start(): void;
  /** With QoS 1. Rejects when the broker is away or refuses. */
  publish(topic: string, payload: string): Promise<void>;
  stop(): Promise<void>;
}

export interface LocalBrokerOptions {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly clientId: string;
}

const RECONNECT_MIN_MS = 1000;
const RECONNECT_MAX_MS = 60_000;
const KEEP_ALIVE_SECONDS = 30;
const PUBACK_SECONDS = 10;
const STOP_MS = 2000;

export class LocalBroker implements LocalPublisher {
  readonly #client: mqtt5.Mqtt5Client;
  #isUp = false;

  /** `onChange`: told of every connection (null) and of every end of one, with the reason. */
  constructor(options: LocalBrokerOptions, onChange: (failure: string | null) => void) {
    const { host, port, clientId, username, password } = options;
    this.#client = new mqtt5.Mqtt5Client({
      hostName: host,
      port,
      // Else the library adds its own name to the user's.
      disableMetrics: true,
      sessionBehavior: mqtt5.ClientSessionBehavior.Clean,
      offlineQueueBehavior: mqtt5.ClientOperationQueueBehavior.FailAllOnDisconnect,
      extendedValidationAndFlowControlOptions: mqtt5.ClientExtendedValidationAndFlowControl.None,
      minReconnectDelayMs: RECONNECT_MIN_MS,
      maxReconnectDelayMs: RECONNECT_MAX_MS,
      ackTimeoutSeconds: PUBACK_SECONDS,
      connectProperties: {
        clientId,
        keepAliveIntervalSeconds: KEEP_ALIVE_SECONDS,
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password: Buffer.from(password) }),
      },
    });
    const down = (reason: string) => {
      this.#isUp = false;
      onChange(reason);
    };
    this.#client.on('connectionSuccess', () => {
      this.#isUp = true;
      onChange(null);
    });
    this.#client.on('disconnection', ({ error }) => down(error.toString()));
    this.#client.on('connectionFailure', ({ error }) => down(error.toString()));
    this.#client.on('error', (error) => down(String(error)));
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  start(): void {
    this.#client.start();
  }

  async publish(topic: string, payload: string): Promise<void> {
    const puback = await this.#client.publish({ topicName: topic, qos: mqtt5.QoS.AtLeastOnce, payload });
    if (puback !== undefined && 'reasonCode' in puback && puback.reasonCode >= 0x80) {
      throw new Error(`the broker refused ${topic}: ${mqtt5.PubackReasonCode[puback.reasonCode]}`);
    }
  }

  async stop(): Promise<void> {
    const stopped = once(this.#client, 'stopped', { signal: AbortSignal.timeout(STOP_MS) });
    this.#client.stop();
    await stopped.catch(() => undefined);
    this.#client.close();
  }
}
