// Enrolling a finger at the terminal: what starts it, what stops it, what the terminal reports meanwhile.
import { asked, Command, Event } from './commands.ts';
import type { Conversation, RequestOptions, TerminalEvent } from './conversation.ts';
import { untilNul } from './encoding.ts';
import { tolerateRefusal } from './errors.ts';
import { fixedText, numericUserId } from './fields.ts';

export type EnrolEvent =
  /** A finger was put on the sensor. */
  | { readonly kind: 'finger' }
  /** The terminal judged a sample. */
  | { readonly kind: 'sample'; readonly good: boolean }
  /** The end: 0 enrolled, 5 duplicate, 4 and 6 time-out or failure. */
  | {
      readonly kind: 'result';
      readonly code: number;
      readonly size?: number;
      readonly userId?: string;
      readonly finger?: number;
    };

export interface EnrolRequest {
  readonly userId: string;
  /** 0–9. */
  readonly finger: number;
}

const GOOD_SAMPLE = 0x64;
const USER_ID_BYTES = 9;

/**
 * Puts the terminal into enrolment: 62 (whatever was going on), 61, 60. The user must exist and the slot be empty.
 * Listen for events before: the first may come with the answer.
 * @throws ZkError `refused` if 61 is; `protocol` for a user_id that does not fit the message.
 */
export async function startEnrol(
  conversation: Conversation,
  request: EnrolRequest,
  options: RequestOptions = {},
): Promise<void> {
  const data = encodeEnrol(request, conversation.transport);
  // Refused where nothing was going on.
  await tolerateRefusal(cancelEnrol(conversation, options));
  await conversation.request({ command: Command.startEnrol, data, asked: asked('startEnrol'), ...options });
  // Some firmwares start with 61 alone and do not know 60 here.
  await tolerateRefusal(
    conversation.request({ command: Command.startVerify, asked: asked('startVerify'), ...options }),
  );
}

/** Ends an enrolment or capture under way (62). */
export async function cancelEnrol(conversation: Conversation, options: RequestOptions = {}): Promise<void> {
  await conversation.request({ command: Command.cancelCapture, asked: asked('cancelCapture'), ...options });
}

/** The data of 61: 24 bytes user_id, u8 finger, u8 1 over TCP; u32 user_id, u8 finger over UDP. */
function encodeEnrol({ userId, finger }: EnrolRequest, transport: 'tcp' | 'udp'): Buffer {
  if (transport === 'tcp') return Buffer.concat([fixedText(userId, 24, 'user_id'), Buffer.from([finger, 1])]);
  return Buffer.concat([numericUserId(userId), Buffer.from([finger])]);
}

/** What an event says of the enrolment; null if it is about something else or too short to say anything. */
export function decodeEnrolEvent({ code, data }: TerminalEvent): EnrolEvent | null {
  switch (code) {
    case Event.finger:
      return { kind: 'finger' };
    case Event.fingerSample:
      return { kind: 'sample', good: data[0] === GOOD_SAMPLE };
    case Event.enrolFinger:
      return decodeResult(data);
    default:
      return null;
  }
}

/** u16 result; after a 0 also u16 size, 9 bytes user_id, u8 finger. */
function decodeResult(data: Buffer): EnrolEvent | null {
  if (data.length < 2) return null;
  const code = data.readUInt16LE(0);
  const fingerAt = 4 + USER_ID_BYTES;
  if (code !== 0 || data.length <= fingerAt) return { kind: 'result', code };
  return {
    kind: 'result',
    code,
    size: data.readUInt16LE(2),
    userId: untilNul(data.subarray(4, fingerAt)).toString('latin1'),
    finger: data.readUInt8(fingerAt),
  };
}
