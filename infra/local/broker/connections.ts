// What the broker remembers of its clients' connections, as GetConnection tells it.

/** AWS reports the end of a connection for 30 minutes. */
const REMEMBERED_MS = 30 * 60_000;

export interface KnownConnection {
  readonly connected: boolean;
  /** Epoch ms of its start, or of its end. */
  readonly since: number;
}

export class Connections {
  readonly #known = new Map<string, KnownConnection>();

  note(clientId: string, connected: boolean): void {
    this.#known.set(clientId, { connected, since: Date.now() });
  }

  /** Null for a client that never connected, or left long ago. */
  of(clientId: string): KnownConnection | null {
    const known = this.#known.get(clientId) ?? null;
    const isOld = known?.connected === false && Date.now() - known.since > REMEMBERED_MS;
    return isOld ? null : known;
  }
}
