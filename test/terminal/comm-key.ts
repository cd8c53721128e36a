// The answer that a terminal expects to its 2005: the comm key, scrambled with the session (docs/protocol.md, Comm key).

const SCRAMBLE = 'ZKSO';

function reverseBits(value: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 32; bit += 1) {
    if ((value >>> bit) & 1) reversed |= 1 << (31 - bit);
  }
  return reversed >>> 0;
}

/** The four bytes of command 1102 for this comm key (u32) and session (u16); `ticks` is a byte of the client's choice. */
export function scrambledKey(commKey: number, session: number, ticks: number): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE((reverseBits(commKey) + session) % 0x1_0000_0000);
  for (let at = 0; at < 4; at += 1) sum[at] = (sum[at] ?? 0) ^ SCRAMBLE.charCodeAt(at);
  const swapped = Buffer.from([...sum.subarray(2), ...sum.subarray(0, 2)]);
  return Buffer.from(swapped.map((byte, at) => (at === 2 ? ticks : byte ^ ticks)));
}

/** True if `offered` is the key; the client's ticks are read from its byte 2. */
export function isKey(offered: Buffer, commKey: number, session: number): boolean {
  return (
    offered.length >= 4 && scrambledKey(commKey, session, offered[2] ?? 0).equals(offered.subarray(0, 4))
  );
}
