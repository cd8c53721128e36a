// The payload: u16 command, u16 checksum, u16 session, u16 reply id, data. Little-endian, the same on TCP and UDP.
import { checksum } from './checksum.ts';
import { ZkError } from './errors.ts';

export const PAYLOAD_HEAD = 8;
/** Reply ids run 0–65534. */
export const REPLY_IDS = 65535;

export interface Payload {
  readonly command: number;
  /** The session; in an event its code, in a run of data frames their count. */
  readonly session: number;
  readonly replyId: number;
  readonly data: Buffer;
}

const NO_DATA = Buffer.alloc(0);

/** Bytes of a payload with its checksum. Fields are u16; a larger one is a mistake of the caller and throws RangeError. */
export function encodePayload(
  payload: Omit<Payload, 'data'> & { readonly data?: Buffer | undefined },
): Buffer {
  const data = payload.data ?? NO_DATA;
  const bytes = Buffer.alloc(PAYLOAD_HEAD + data.length);
  bytes.writeUInt16LE(payload.command, 0);
  bytes.writeUInt16LE(payload.session, 4);
  bytes.writeUInt16LE(payload.replyId, 6);
  data.copy(bytes, PAYLOAD_HEAD);
  bytes.writeUInt16LE(checksum(bytes), 2);
  return bytes;
}

/**
 * Fields of a payload; `data` is a view, not a copy. The checksum is not judged: TCP and UDP have their own, and
 * a terminal that computes it wrong is still understood.
 * @throws ZkError `protocol` if shorter than its head.
 */
export function decodePayload(bytes: Buffer): Payload {
  if (bytes.length < PAYLOAD_HEAD) {
    throw new ZkError('protocol', 'payload', { problem: `${bytes.length} bytes are too few for a payload` });
  }
  return {
    command: bytes.readUInt16LE(0),
    session: bytes.readUInt16LE(4),
    replyId: bytes.readUInt16LE(6),
    data: bytes.subarray(PAYLOAD_HEAD),
  };
}
