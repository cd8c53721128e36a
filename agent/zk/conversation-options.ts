// What a conversation is opened with, and what it is asked.
import type { Question } from './exchange.ts';

export interface ConversationOptions {
  readonly host: string;
  readonly port: number;
  readonly transport: 'tcp' | 'udp';
  /** u32, 0 for none. */
  readonly commKey: number;
  /** Milliseconds that one exchange may take, connecting included. */
  readonly timeoutMs: number;
  /** Called before the comm key is sent; it may ask what the terminal answers without the key. Left out: the key is sent. */
  readonly mayAuthenticate?: (terminal: Requests) => Promise<boolean>;
}

/** What every request takes. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for this exchange instead of the conversation's. */
  readonly timeoutMs?: number | undefined;
}

export interface Message extends RequestOptions {
  readonly command: number;
  readonly data?: Buffer | undefined;
  /** In words, for errors: `write user (8)`. */
  readonly asked: string;
  /** Codes that are an answer; any other is a refusal. Default: 2000. */
  readonly expect?: readonly number[] | undefined;
  /** True for reads: over UDP they are sent again while nothing comes. Never for writes. */
  readonly idempotent?: boolean | undefined;
}

/** A question whose time-out may be left to the conversation. */
export type Ask<T> = Omit<Question<T>, 'timeoutMs'> & { readonly timeoutMs?: number | undefined };

/** Whatever takes requests: a conversation, or one that has not sent the comm key yet. */
export interface Requests {
  request(message: Message): Promise<{ command: number; data: Buffer }>;
}

export interface TerminalEvent {
  /** See `Event` in commands.ts. */
  readonly code: number;
  readonly data: Buffer;
}
