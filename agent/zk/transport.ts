// The port to the wire: payloads out and in, however they travel.
import type { ZkError } from './errors.ts';

export interface TransportEvents {
  /** One payload, whole; it may be a view of a larger buffer. */
  onPayload(payload: Buffer): void;
  /** Bytes of a frame came that is not complete yet: the terminal is alive. */
  onPartial(): void;
  /** Called once if the connection ends other than by `destroy`. */
  onClosed(reason: ZkError): void;
}

export interface Transport {
  readonly kind: 'tcp' | 'udp';
  /** Sets where events go; those that came before are kept until then. Call it once. */
  listen(events: TransportEvents): void;
  /** Hands a payload to the wire. After the end it does nothing. */
  send(payload: Buffer): void;
  /** Ends it at once and releases every socket and listener. `farewell` is sent first if that needs no waiting. */
  destroy(farewell?: Buffer): void;
}

export interface TransportOptions {
  readonly host: string;
  readonly port: number;
  /** Milliseconds that connecting may take, resolving the name included. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}
