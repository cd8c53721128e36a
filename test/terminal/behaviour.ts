// What a behaviour is: one command answered from the terminal's state, without any socket.
import type { Client } from './client.ts';
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
