// The live event of a punch, in each of its lengths (docs/protocol.md, Enrolment and live events).
import type { Punch } from './attendance.ts';
import type { TerminalOptions } from './configuration.ts';
import { unpackTime } from './wall-clock.ts';

const USER_ID_BYTES = { 10: 2, 14: 2, 12: 4, 32: 24, 36: 24, 37: 24, 52: 24 } as const;

/** user_id (u16, u32 or 24 bytes), u8 verify, u8 state, yy mm dd hh mm ss; the rest zero. */
export function encodeLiveEvent(punch: Punch, length: TerminalOptions['liveEventBytes']): Buffer {
  const event = Buffer.alloc(length);
  const width = USER_ID_BYTES[length];
  if (width === 24) event.write(punch.userId, 0, width, 'latin1');
  else event.writeUIntLE((Number(punch.userId) || 0) % 2 ** (8 * width), 0, width);
  event.writeUInt8(punch.verify, width);
  event.writeUInt8(punch.state, width + 1);
  const time = unpackTime(punch.packedTime) ?? '2000-01-01T00:00:00';
  const parts = time.split(/[-T:]/).map(Number);
  for (const [index, part] of parts.entries()) event.writeUInt8(part % 100, width + 2 + index);
  return event;
}
