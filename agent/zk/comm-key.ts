// The answer to "who are you": the comm key scrambled with the session.

/** `ZKSO`, little-endian. */
const ZKSO = 0x4f534b5a;
/** The scrambling's free byte is 50 here: terminals take any, the vendor's own client sends this one. */
const TICKS_IN_0_1_3 = 0x32003232;
const TICKS_IN_2 = 0x00320000;

/**
 * The 4 bytes of 1102 for a comm key (u32) and the session that the terminal gave: the key's bits reversed, plus
 * the session (mod 2³²), XOR `ZKSO`, the 16-bit halves swapped, bytes 0, 1 and 3 XOR ticks, byte 2 = ticks.
 */
export function scrambleCommKey(commKey: number, session: number): Buffer {
  let reversed = 0;
  for (let bit = 0; bit < 32; bit++) reversed = (reversed << 1) | ((commKey >>> bit) & 1);
  const masked = (reversed + session) ^ ZKSO;
  const swapped = (masked << 16) | (masked >>> 16);
  const ticked = ((swapped ^ TICKS_IN_0_1_3) & 0xff00ffff) | TICKS_IN_2;
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(ticked, 0);
  return bytes;
}
