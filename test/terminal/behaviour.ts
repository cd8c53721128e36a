// What a behaviour is: one command answered from the terminal's state, without any socket.
import type { Device } from './device.ts';
import { Reply } from './protocol.ts';

/** One frame of an answer. */
export interface AnswerFrame {
  readonly command: number;
  readonly data?: Buffer;
  /** Default: the session of the conversation. */
  readonly session?: number;
}

export interface Answer {
  readonly frames: readonly AnswerFrame[];
  /** What the terminal does once the answer is out. */
  readonly after?: 'hang-up' | 'restart';
}

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

export interface Exchange {
  readonly device: Device;
  readonly client: Client;
  readonly command: number;
  readonly data: Buffer;
}

export interface Behaviour {
  readonly name: string;
  /** `users`: changes users or templates, which is only done while disabled; `stored`: anything else that is kept. */
  readonly writes?: 'users' | 'stored';
  run(exchange: Exchange): Answer;
}

export type Behaviours = ReadonlyMap<number, Behaviour>;

export function answer(data?: Buffer): Answer {
  return { frames: [data === undefined ? { command: Reply.ok } : { command: Reply.ok, data }] };
}

export function refuse(code: number = Reply.error): Answer {
  return { frames: [{ command: code }] };
}
