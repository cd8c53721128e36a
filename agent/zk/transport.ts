// The port to the wire: payloads out and in, however they travel.
import type { ZkError } from './errors.ts';

export interface TransportEvents {
  /** One payload, whole; it may be a view of a larger buffer. */
  onPayload(payload: Buffer): void;
  /** Bytes of a frame came that is not complete yet: the terminal is alive. */
  onPartial(): void;
  /** Once, when the wire is gone without `destroy` having been called. */
  onClosed(reason: ZkError): void;
}

export interface Transport {
  readonly kind: 'tcp' | 'udp';
  /** Where events go from now on; what came before is kept for this call. Call it once. */
  listen(events: TransportEvents): void;
  /** Hands a payload to the wire. After the end it does nothing: `onClosed` has told. */
  send(payload: Buffer): void;
  /** Ends it at once, every socket and listener released. `farewell` is sent first where that needs no waiting. */
  destroy(farewell?: Buffer): void;
}

export interface TransportOptions {
  readonly host: string;
  readonly port: number;
  /** Milliseconds that connecting may take, resolving the name included. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}
