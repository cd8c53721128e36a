// Numbers of identifiers: as callers write them, by the settings of the device, and as they are kept.
import { type IdentifierType, WIEGAND_DEFAULT, type Wiegand } from './access-identifier.ts';

/** Bits of data of each Wiegand type, its parity bits taken off. */
const DATA_BITS: Readonly<Record<Wiegand['type'], bigint>> = {
  wiegand_26: 24n,
  wiegand_34: 32n,
  wiegand_42: 40n,
  wiegand_58: 56n,
  wiegand_66: 64n,
  wiegand_130: 128n,
};
/** What a ZK terminal holds of a card. */
const TERMINAL_BITS = 32n;

const DIGITS = /^[0-9]{1,10}$/;
const HEX_BYTES = /^(?:[0-9A-Fa-f]{2}[:-]){1,7}[0-9A-Fa-f]{2}$/;
const BARE_BYTE = /^[0-9]{2}$/;
const UUID = /^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;
const CODE = /^[0-9]{1,128}$/;
const MOST_LETTERS_OF_PLATE = 100;

export type NumberProblem = 'pattern' | 'too_long_for_terminal' | 'not_in_wiegand_type';
export type ParsedNumber = { readonly value: string } | { readonly problem: NumberProblem };

/**
 * A number as it is kept: cards as decimal digits without leading zeros, codes as they are typed. Two numbers are one if their
 * values are equal.
 */
export function parseNumber(type: IdentifierType, text: string, wiegand: Wiegand): ParsedNumber {
  if (type === 'card' || type === 'ukey') return parseCard(text, wiegand);
  if (type === 'inputCode') return CODE.test(text) ? { value: text } : { problem: 'pattern' };
  if (type === 'qr') return UUID.test(text) ? { value: text.toLowerCase() } : { problem: 'pattern' };
  if (type === 'license_plate' && text.length > MOST_LETTERS_OF_PLATE) return { problem: 'pattern' };
  return text === '' ? { problem: 'pattern' } : { value: text };
}

/** Whether `text` is written as numbers of that type are, in any representation: it may still be none that a terminal holds. */
export function fitsPattern(type: IdentifierType, text: string): boolean {
  if (type === 'card' || type === 'ukey') return DIGITS.test(text) || HEX_BYTES.test(text);
  return 'value' in parseNumber(type, text, WIEGAND_DEFAULT);
}

/** A kept number in the representation of the device; `parseNumber` gives the same value for it. */
export function showNumber(type: IdentifierType, value: string, { mode }: Pick<Wiegand, 'mode'>): string {
  if (mode === 'decimal' || (type !== 'card' && type !== 'ukey')) return value;
  const digits = BigInt(value).toString(16);
  // A single byte would look like a decimal number.
  const even = digits.padStart(Math.max(4, digits.length + (digits.length % 2)), '0');
  return (even.match(/../g) ?? []).join('-');
}

function parseCard(text: string, { mode, type }: Wiegand): ParsedNumber {
  const number = cardNumber(text, mode);
  if (number === null || number === 0n) return { problem: 'pattern' };
  if (number >= 1n << TERMINAL_BITS) return { problem: 'too_long_for_terminal' };
  if (number >= 1n << DATA_BITS[type]) return { problem: 'not_in_wiegand_type' };
  return { value: number.toString() };
}

/** Big-endian. In hex mode exactly two bare digits are one byte; all other bare digits are decimal. */
function cardNumber(text: string, mode: Wiegand['mode']): bigint | null {
  if (HEX_BYTES.test(text)) return BigInt(`0x${text.replaceAll(/[:-]/g, '')}`);
  if (!DIGITS.test(text)) return null;
  return mode === 'hex' && BARE_BYTE.test(text) ? BigInt(`0x${text}`) : BigInt(text);
}
