// Frames and payloads as they travel: TCP header, checksum, and a deframer for any split of the stream (docs/protocol.md, Frame and payload).

const MAGIC = Buffer.from([0x50, 0x50, 0x82, 0x7d]);
const TCP_HEADER_BYTES = 8;
const PAYLOAD_HEADER_BYTES = 8;
/** A request longer than this is nonsense: clients upload in pieces of 1 KB. */
const MAX_REQUEST_BYTES = 1 << 20;

/** One message of either direction, without its checksum. */
export interface Payload {
  readonly command: number;
  readonly session: number;
  readonly replyId: number;
  readonly data: Buffer;
}

/** Sum of the little-endian words, an odd tail padded with zero, carries folded in: 0–65535. */
function foldedSum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] ?? 0) + ((bytes[at + 1] ?? 0) << 8);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum;
}

/** The payload's bytes with its checksum in place. */
export function encodePayload({ command, session, replyId, data }: Payload): Buffer {
  const bytes = Buffer.alloc(PAYLOAD_HEADER_BYTES + data.length);
  bytes.writeUInt16LE(command, 0);
  bytes.writeUInt16LE(session, 4);
  bytes.writeUInt16LE(replyId, 6);
  data.copy(bytes, PAYLOAD_HEADER_BYTES);
  bytes.writeUInt16LE(~foldedSum(bytes) & 0xffff, 2);
  return bytes;
}

/** The message in these bytes; `short` under 8 bytes, `checksum` where the words do not sum up to all ones. */
export function decodePayload(bytes: Buffer): Payload | 'short' | 'checksum' {
  if (bytes.length < PAYLOAD_HEADER_BYTES) return 'short';
  if (foldedSum(bytes) !== 0xffff) return 'checksum';
  return {
    command: bytes.readUInt16LE(0),
    session: bytes.readUInt16LE(4),
    replyId: bytes.readUInt16LE(6),
    data: Buffer.from(bytes.subarray(PAYLOAD_HEADER_BYTES)),
  };
}

/** A payload with the TCP header before it. */
export function tcpFrame(payload: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(payload.length);
  return Buffer.concat([MAGIC, length, payload]);
}

/** Takes a TCP stream in pieces of any size and gives whole payloads. */
export class Deframer {
  #rest: Buffer = Buffer.alloc(0);

  /** Payloads completed by this piece; `broken` on a wrong magic or an absurd length, for good. */
  push(piece: Buffer): { readonly payloads: Buffer[]; readonly broken: boolean } {
    this.#rest = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const payloads: Buffer[] = [];
    while (this.#rest.length >= TCP_HEADER_BYTES) {
      const length = this.#rest.readUInt32LE(4);
      if (!this.#rest.subarray(0, 4).equals(MAGIC) || length > MAX_REQUEST_BYTES) {
        return { payloads, broken: true };
      }
      const end = TCP_HEADER_BYTES + length;
      if (this.#rest.length < end) break;
      payloads.push(this.#rest.subarray(TCP_HEADER_BYTES, end));
      this.#rest = this.#rest.subarray(end);
    }
    return { payloads, broken: false };
  }
}
