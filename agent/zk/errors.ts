// The one error of the protocol code: what was asked, how it ended, and whether the terminal may have heard it.
import { Reply } from './commands.ts';

/**
 * How an exchange ended without its answer.
 * - `unreachable`: no connection was made (refused, no route, name unknown, connect deadline)
 * - `timeout`: connected, but no answer within the exchange's time
 * - `closed`: the connection ended, by the terminal or by us
 * - `refused`: the terminal answered with a code that was not expected; `reply` holds it
 * - `auth`: the terminal refused the comm key
 * - `withheld`: the terminal asked for the comm key, and the caller kept it back
 * - `protocol`: bytes that make no sense
 * - `unfit`: a value that does not fit its field; nothing was sent, and the conversation goes on
 * - `aborted`: the caller's signal
 */
export type ZkErrorCode =
  | 'unreachable'
  | 'timeout'
  | 'closed'
  | 'refused'
  | 'auth'
  | 'withheld'
  | 'protocol'
  | 'unfit'
  | 'aborted';

/**
 * What is wrong with an answer, where that can be told apart: bytes that make no sense (`garbled`), more than the
 * terminal can hold (`too_much`), data that comes too slowly (`too_slow`), endless frames that answer nothing
 * (`flood`), data that is lost on the way again and again (`lost`).
 */
export type Trouble = 'garbled' | 'too_much' | 'too_slow' | 'flood' | 'lost';

export interface ZkErrorDetails {
  /** What went wrong, for logs. Never holds names, passwords or keys. */
  readonly problem?: string | undefined;
  readonly reply?: number | undefined;
  /** Of a `protocol` error; default: `garbled`. */
  readonly trouble?: Trouble | undefined;
  readonly sent?: boolean;
  readonly cause?: unknown;
}

const DEFAULT_PROBLEM: Record<ZkErrorCode, string> = {
  unreachable: 'no connection to the terminal',
  timeout: 'no answer in time',
  closed: 'the connection was closed',
  refused: 'the terminal refused',
  auth: 'the terminal refused the comm key',
  withheld: 'the comm key was kept back',
  protocol: 'the bytes make no sense',
  unfit: 'a value does not fit its field',
  aborted: 'aborted by the caller',
};

/** Anything that can go wrong between a question to a terminal and its answer. */
export class ZkError extends Error {
  readonly code: ZkErrorCode;
  /** The question, for people: `write user (8)`. */
  readonly asked: string;
  /** What went wrong, without the question. */
  readonly problem: string;
  /** The terminal's code, where it answered. */
  readonly reply: number | undefined;
  readonly trouble: Trouble;
  /** True if bytes of the question may have reached the terminal. Connecting never counts: it changes nothing. */
  readonly sent: boolean;

  constructor(code: ZkErrorCode, asked: string, details: ZkErrorDetails = {}) {
    const problem = details.problem ?? DEFAULT_PROBLEM[code];
    const reply = details.reply === undefined ? '' : ` (reply ${details.reply})`;
    super(`${asked}: ${problem}${reply}`, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'ZkError';
    this.code = code;
    this.asked = asked;
    this.problem = problem;
    this.reply = details.reply;
    this.trouble = details.trouble ?? 'garbled';
    this.sent = details.sent ?? false;
  }
}

export function isZkError(error: unknown, ...codes: ZkErrorCode[]): error is ZkError {
  return error instanceof ZkError && (codes.length === 0 || codes.includes(error.code));
}

/** "Who are you?", and "connect first". */
const FORGOTTEN: readonly number[] = [Reply.unauthorized, Reply.errorInit];

/**
 * True if the terminal does not know our session: it was restarted or replaced without our noticing (UDP has no
 * connection that would break), or has dropped the session. A new conversation may succeed.
 */
export function isForgotten(error: unknown): boolean {
  return isZkError(error, 'refused') && FORGOTTEN.includes(error.reply ?? 0);
}

/** True if only this request failed and the conversation goes on: the terminal refused, or nothing could be sent. */
export function isDeclined(error: unknown): boolean {
  return isZkError(error, 'refused', 'unfit');
}

/** Waits for a request that may be refused; any other failure is thrown. */
export async function tolerateRefusal(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isDeclined(error)) throw error;
  }
}
