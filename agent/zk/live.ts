// Live events: asking for them, and the punches in them.
import { asked, Command, Event } from './commands.ts';
import type { Conversation, RequestOptions, TerminalEvent } from './conversation.ts';
import { untilNul } from './encoding.ts';
import { formatTime, isPossible } from './time.ts';

/** One punch as it happens. */
export interface LivePunch {
  /** The badge; terminals with short payloads send a number. */
  readonly userId: string;
  /** Bytes of the badge in the event: 24 of text, or a number of 2 or 4 in which other badges may look the same. */
  readonly badgeBytes: 2 | 4 | 24;
  readonly status: number;
  readonly punch: number;
  /** `YYYY-MM-DDTHH:MM:SS`, or null for an impossible date. */
  readonly time: string | null;
}

/** Bytes of a punch → bytes of its user_id: u16, u32, or text of 24. What follows the time is not understood. */
const USER_ID_BYTES: Readonly<Record<number, 2 | 4 | 24>> = {
  52: 24,
  37: 24,
  36: 24,
  32: 24,
  14: 2,
  12: 4,
  10: 2,
};
const LENGTHS = [52, 37, 36, 32, 14, 12, 10] as const;

/** Asks for events (500): the bits of `Event` in commands.ts. They come until the conversation ends. */
export async function registerEvents(
  conversation: Conversation,
  mask: number = Event.attendance,
  options: RequestOptions = {},
): Promise<void> {
  const data = Buffer.alloc(4);
  data.writeUInt32LE(mask, 0);
  await conversation.request({
    command: Command.registerEvents,
    data,
    asked: asked('registerEvents'),
    ...options,
  });
}

/**
 * The punches of an event; several may follow each other in one frame. Empty for other events, and for data in
 * which no punch can be read.
 */
export function decodePunches({ code, data }: TerminalEvent): LivePunch[] {
  if (code !== Event.attendance || data.length === 0) return [];
  // Of the lengths that divide the frame, the longest for which every punch makes sense: shorter ones fit by chance.
  for (const length of LENGTHS.filter((bytes) => data.length % bytes === 0)) {
    const punches = Array.from({ length: data.length / length }, (_, index) =>
      decodePunch(data.subarray(index * length, (index + 1) * length), length),
    );
    if (punches.every(makesSense)) return punches;
  }
  const exact = LENGTHS.find((length) => length === data.length);
  return exact === undefined ? [] : [decodePunch(data, exact)];
}

function makesSense({ userId, time }: LivePunch): boolean {
  return time !== null && /^[\x21-\x7e]+$/.test(userId);
}

/** user_id, u8 verify, u8 state, then yy mm dd hh mm ss. */
function decodePunch(data: Buffer, length: (typeof LENGTHS)[number]): LivePunch {
  const idBytes = USER_ID_BYTES[length] ?? 2;
  const userId =
    idBytes === 24 ? untilNul(data.subarray(0, 24)).toString('latin1') : String(data.readUIntLE(0, idBytes));
  const at = idBytes + 2;
  const time = {
    year: 2000 + data.readUInt8(at),
    month: data.readUInt8(at + 1),
    day: data.readUInt8(at + 2),
    hour: data.readUInt8(at + 3),
    minute: data.readUInt8(at + 4),
    second: data.readUInt8(at + 5),
  };
  return {
    userId,
    badgeBytes: idBytes,
    status: data.readUInt8(idBytes),
    punch: data.readUInt8(idBytes + 1),
    time: isPossible(time) ? formatTime(time) : null,
  };
}
