// One client's conversation as a behaviour may know and change it.

/** Data that a client announced with 1500 and sends in pieces. */
export interface Upload {
  readonly size: number;
  readonly pieces: Buffer[];
  received: number;
}

/** What a behaviour may know and change of one client's conversation. */
export interface Client {
  readonly label: string;
  readonly transport: 'tcp' | 'udp';
  session: number;
  /** When its last frame came, in milliseconds since 1970. */
  readonly lastSeen: number;
  connected: boolean;
  /** A fault has struck it: what it leaves undone, or does twice, may be the fault's doing. */
  disturbed: boolean;
  /** It has written in this conversation: what is not refreshed at its end may be its own. */
  readonly hasWritten: boolean;
  authenticated: boolean;
  /** The set that was prepared by 1503. */
  prepared: Buffer | null;
  upload: Upload | null;
  /** Live events that it registered for. */
  liveMask: number;
  /** Sends an event; `inOrder`: only when those before it were acknowledged. */
  sendEvent(code: number, data: Buffer, inOrder: boolean): void;
  /** Reset, as when the terminal restarts. */
  drop(): void;
}
