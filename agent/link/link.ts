// The agent's line to the cloud, as the rest of the agent sees it.

export interface LinkMessage {
  readonly payload: Uint8Array;
  /** Sends the PUBACK. If it is never called, the broker sends the message again after the next reconnect. */
  readonly acknowledge: () => void;
}

export interface LinkEvents {
  /** A command came. Must store it before it acknowledges. */
  readonly onCommand: (message: LinkMessage) => void;
  /** The cloud says how far it has stored this agent's events. */
  readonly onStored: (payload: Uint8Array) => void;
  /** The agent is connected and subscribed. */
  readonly onUp: () => void;
  /** `isUnreached`: no line came about at all, so that another way may lead to the broker. */
  readonly onDown: (reason: string, isUnreached?: boolean) => void;
  /** Another agent has connected with this one's client id; this one stays away for a while. */
  readonly onTakenOver: () => void;
}

export interface Link {
  readonly isUp: boolean;
  /** False where the broker refused the topic on which the cloud says which events are stored: it is older and takes none. */
  readonly takesEvents: boolean;
  /** Identifies this run of the agent; the last will carries it too. */
  readonly session: string;
  start(): void;
  /** Publishes with QoS 1; settles on the PUBACK. Rejects when the line breaks or the broker refuses. */
  publish(topic: string, payload: Uint8Array): Promise<void>;
  /** Disconnects cleanly (the broker then sends no last will) and releases everything. */
  stop(): Promise<void>;
}

export interface LinkProxy {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
}

/** Where and as whom the agent connects. */
export interface LinkOptions {
  readonly tenant: string;
  readonly site: string;
  readonly endpoint: string;
  readonly certificate: string;
  readonly key: string;
  readonly ca?: string;
  /** An HTTP proxy that tunnels to the broker. */
  readonly proxy?: LinkProxy | null;
  /** Listen for what the cloud has stored of this agent's events. */
  readonly events?: boolean;
}
