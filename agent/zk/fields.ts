// Values in the fixed fields of a message.
import { ZkError } from './errors.ts';

/** ASCII text in `bytes` bytes, filled with zeros. @throws ZkError `unfit` if it does not fit. */
export function fixedText(text: string, bytes: number, name: string): Buffer {
  if (!/^[\x21-\x7e]*$/.test(text) || text.length > bytes) {
    throw new ZkError('unfit', name, { problem: `it does not fit ${bytes} bytes of ASCII` });
  }
  const field = Buffer.alloc(bytes);
  field.write(text, 'latin1');
  return field;
}

/** A user_id as u32. @throws ZkError `unfit` if it is no plain number of 32 bits. */
export function numericUserId(userId: string): Buffer {
  const value = Number(userId);
  if (!/^(0|[1-9]\d*)$/.test(userId) || value > 0xffffffff) {
    throw new ZkError('unfit', 'user_id', { problem: 'it is no plain number of 32 bits' });
  }
  const field = Buffer.alloc(4);
  field.writeUInt32LE(value, 0);
  return field;
}
