// Texts in the encoding of a terminal.
import { isAscii } from 'node:buffer';
import iconv from 'iconv-lite';
import type * as z from 'zod';
import type { encodingSchema } from '../../shared/domain/device.ts';

export type TextEncoding = z.infer<typeof encodingSchema>;

/**
 * Bytes of a text, or null if the encoding lacks one of its characters. NUL counts as lacking: it ends a text in
 * every field of a terminal.
 */
export function encodeText(text: string, encoding: TextEncoding): Buffer | null {
  if (text.includes('\0')) return null;
  const bytes = iconv.encode(text, encoding);
  // The library writes a substitute for a character that it cannot write; only decoding shows it.
  return decodeText(bytes, encoding) === text ? bytes : null;
}

/** Text of bytes; invalid bytes become the replacement character. Never throws. */
export function decodeText(bytes: Buffer, encoding: TextEncoding): string {
  // ASCII is itself in all of them, and most names are nothing else: a list of 10,000 takes half the time.
  if (isAscii(bytes)) return bytes.toString('latin1');
  return iconv.decode(bytes, encoding, { stripBOM: false });
}

/** Bytes that a text takes, or null if it cannot be encoded. */
export function encodedLength(text: string, encoding: TextEncoding): number | null {
  return encodeText(text, encoding)?.length ?? null;
}

/** The part of a text field before its first NUL; all of it where there is none. */
export function untilNul(field: Buffer): Buffer {
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}
