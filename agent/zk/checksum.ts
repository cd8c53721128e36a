// The checksum of a payload: terminals drop payloads without the right one.

const FIELD_OFFSET = 2;

/**
 * Sum of the payload's little-endian u16 words with the checksum field (bytes 2–3) taken as zero and an odd tail
 * padded with zero, carries folded in, one's complement. What the field holds does not matter.
 */
export function checksum(payload: Buffer): number {
  let sum = 0;
  const even = payload.length & ~1;
  for (let at = 0; at < even; at += 2) {
    if (at !== FIELD_OFFSET) sum += payload.readUInt16LE(at);
  }
  if (even < payload.length) sum += payload.readUInt8(even);
  // Plain arithmetic, not shifts: the sum of a large payload does not fit 32 bits.
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return 0xffff - sum;
}
