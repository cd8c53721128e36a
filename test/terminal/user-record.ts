// The terminal's own view of a user record, 72 or 28 bytes (offsets: docs/protocol.md, User records).
import iconv from 'iconv-lite';

export interface RecordLayout {
  readonly width: 72 | 28;
  /** Bytes of the user_id field that the firmware looks at; 72-byte records only. */
  readonly userIdBytes: 9 | 24;
  readonly encoding: string;
}

export interface RecordFields {
  readonly userId: string;
  readonly name: string;
  readonly password: string;
  /** Level bits alone: 0, 2, 6, 14. */
  readonly privilege: number;
  readonly disabled: boolean;
  readonly card: number;
  readonly group: number;
}

export interface TerminalUser extends RecordFields {
  readonly raw: Buffer;
  readonly uid: number;
}

interface Offsets {
  readonly password: readonly [at: number, bytes: number];
  readonly name: readonly [at: number, bytes: number];
  readonly card: number;
  readonly group: number;
}

const OFFSETS: Readonly<Record<72 | 28, Offsets>> = {
  72: { password: [3, 8], name: [11, 24], card: 35, group: 39 },
  28: { password: [3, 5], name: [8, 8], card: 16, group: 21 },
};
const PRIVILEGE_AT = 2;
const USER_ID_AT = { 72: 48, 28: 24 } as const;
const LEVEL_BITS = 0x0e;

function text(raw: Buffer, at: number, bytes: number, encoding: string): string {
  const field = raw.subarray(at, at + bytes);
  const end = field.indexOf(0);
  return iconv.decode(end < 0 ? field : field.subarray(0, end), encoding);
}

/** Like `text`, without iconv: user_ids are searched among thousands. */
function asciiText(raw: Buffer, at: number, bytes: number): string {
  const end = raw.indexOf(0, at);
  return raw.toString('latin1', at, end < 0 || end > at + bytes ? at + bytes : end);
}

/** Writes text and fills the field with `fill` after its terminator; throws RangeError where it does not fit. */
function putText(
  raw: Buffer,
  at: number,
  bytes: number,
  value: string,
  encoding: string,
  fill: number,
): void {
  const encoded = iconv.encode(value, encoding);
  if (encoded.length > bytes) throw new RangeError(`'${value}' takes ${encoded.length} of ${bytes} bytes`);
  raw.fill(fill, at, at + bytes);
  encoded.copy(raw, at);
  if (encoded.length < bytes) raw[at + encoded.length] = 0;
}

/** Only the user_id, to search a table of thousands without decoding all of it. */
export function userIdOf(raw: Buffer, { width, userIdBytes }: RecordLayout): string {
  return width === 28
    ? String(raw.readUInt32LE(USER_ID_AT[28]))
    : asciiText(raw, USER_ID_AT[72], userIdBytes);
}

export function isAdmin(raw: Buffer): boolean {
  return ((raw[PRIVILEGE_AT] ?? 0) & LEVEL_BITS) !== 0;
}

export function hasPassword(raw: Buffer, width: 72 | 28): boolean {
  return raw[OFFSETS[width].password[0]] !== 0;
}

export function decodeRecord(raw: Buffer, layout: RecordLayout): TerminalUser {
  const { width, encoding } = layout;
  const at = OFFSETS[width];
  const flags = raw[PRIVILEGE_AT] ?? 0;
  return {
    raw: Buffer.from(raw),
    uid: raw.readUInt16LE(0),
    userId: userIdOf(raw, layout),
    name: text(raw, ...at.name, encoding),
    password: text(raw, ...at.password, 'latin1'),
    privilege: flags & LEVEL_BITS,
    disabled: (flags & 1) === 1,
    card: raw.readUInt32LE(at.card),
    group: raw[at.group] ?? 0,
  };
}

/**
 * A copy of the record with the named fields changed, as the terminal's own menu does it.
 * `fill` is what the terminal leaves after a text's terminator. Throws RangeError for a text that does not fit.
 */
export function changeRecord(
  raw: Buffer,
  fields: Partial<RecordFields>,
  layout: RecordLayout,
  fill = 0,
): Buffer {
  const record = Buffer.from(raw);
  const at = OFFSETS[layout.width];
  if (fields.password !== undefined) putText(record, ...at.password, fields.password, 'latin1', fill);
  if (fields.name !== undefined) putText(record, ...at.name, fields.name, layout.encoding, fill);
  if (fields.card !== undefined) record.writeUInt32LE(fields.card, at.card);
  if (fields.group !== undefined) record.writeUInt8(fields.group, at.group);
  if (fields.privilege !== undefined || fields.disabled !== undefined) {
    const flags = record.readUInt8(PRIVILEGE_AT);
    const level = fields.privilege ?? flags & LEVEL_BITS;
    const disabled = fields.disabled ?? (flags & 1) === 1;
    record.writeUInt8((flags & ~(LEVEL_BITS | 1)) | (level & LEVEL_BITS) | (disabled ? 1 : 0), PRIVILEGE_AT);
  }
  if (fields.userId !== undefined) {
    if (layout.width === 28) record.writeUInt32LE(Number(fields.userId), USER_ID_AT[28]);
    else putText(record, USER_ID_AT[72], layout.userIdBytes, fields.userId, 'latin1', fill);
  }
  return record;
}

/** A new record: group 1 unless stated otherwise, zero for everything not named. */
export function newRecord(
  uid: number,
  fields: Partial<RecordFields> & { readonly userId: string },
  layout: RecordLayout,
  fill = 0,
): Buffer {
  const blank = Buffer.alloc(layout.width);
  blank.writeUInt16LE(uid, 0);
  const given = { name: '', password: '', group: 1, ...fields };
  return changeRecord(blank, given, layout, fill);
}
