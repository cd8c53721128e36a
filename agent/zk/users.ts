// User records: decoding, changing in place, making new ones, writing and deleting them.
import { asked, Command } from './commands.ts';
import type { Conversation, RequestOptions } from './conversation.ts';
import { decodeText, encodeText, type TextEncoding, untilNul } from './encoding.ts';
import { ZkError } from './errors.ts';
import { numericUserId } from './fields.ts';
import {
  DISABLED_BIT,
  LEVEL_BITS,
  PRIVILEGE_AT,
  UID_AT,
  USER_LAYOUTS,
  type UserWidth,
} from './user-layout.ts';

export { encodedLength } from './encoding.ts';
export type { UserWidth } from './user-layout.ts';

export interface UserRecord {
  /** The record's own bytes, a copy. */
  readonly raw: Buffer;
  readonly uid: number;
  /** The level as the terminal holds it: 0, 2, 6, 14 (bits 1–3). */
  readonly privilege: number;
  readonly disabled: boolean;
  readonly password: string;
  readonly name: string;
  readonly card: number;
  readonly userId: string;
}

export interface UserChange {
  readonly name?: string | undefined;
  /** Empty removes the PIN. */
  readonly password?: string | undefined;
  readonly privilege?: number | undefined;
  /** 0 removes the card. */
  readonly card?: number | undefined;
}

export interface NewUser extends UserChange {
  readonly uid: number;
  readonly userId: string;
  readonly name: string;
  /** Bytes that this terminal gives the user_id on 72-byte records. Default 9; some have 24. */
  readonly userIdBytes?: number | undefined;
}

/** All records of a set. @throws ZkError `protocol` if the set is not made of whole records. */
export function decodeUsers(set: Buffer, width: UserWidth, encoding: TextEncoding): UserRecord[] {
  if (set.length % width !== 0) {
    throw misfit(`${set.length} bytes are not whole records of ${width}`);
  }
  return Array.from({ length: set.length / width }, (_, index) =>
    decodeUser(set.subarray(index * width, (index + 1) * width), width, encoding),
  );
}

/** One record. @throws ZkError `protocol` if it does not have its width. */
export function decodeUser(record: Buffer, width: UserWidth, encoding: TextEncoding): UserRecord {
  checkWidth(record, width);
  const raw = Buffer.from(record);
  const layout = USER_LAYOUTS[width];
  const privilege = raw.readUInt8(PRIVILEGE_AT);
  const text = ({ at, bytes }: { at: number; bytes: number }) =>
    decodeText(untilNul(raw.subarray(at, at + bytes)), encoding);
  return {
    raw,
    uid: raw.readUInt16LE(UID_AT),
    privilege: privilege & LEVEL_BITS,
    disabled: (privilege & DISABLED_BIT) !== 0,
    password: text(layout.password),
    name: text(layout.name),
    card: raw.readUInt32LE(layout.card),
    userId: userIdAt(raw, 0, width),
  };
}

/** The user_id alone of the record that begins at `offset` of `set`. */
export function userIdAt(set: Buffer, offset: number, width: UserWidth): string {
  const { at, bytes } = USER_LAYOUTS[width].userId;
  const from = offset + at;
  if (bytes === null) return String(set.readUInt32LE(from));
  let end = from;
  while (end < from + bytes && set[end] !== 0) end++;
  return set.toString('latin1', from, end);
}

/**
 * A copy of a record with the named fields changed and every other byte as it was: what this code does not
 * understand (group, zones, the disabled bit, junk behind terminators) is the terminal's.
 * @throws ZkError `unfit` if a value does not fit its field; callers check limits before.
 */
export function patchUser(
  record: Buffer,
  width: UserWidth,
  change: UserChange,
  encoding: TextEncoding,
): Buffer {
  checkWidth(record, width);
  const raw = Buffer.from(record);
  const layout = USER_LAYOUTS[width];
  if (change.name !== undefined) writeText(raw, layout.name, change.name, encoding, 'name');
  if (change.password !== undefined) writeText(raw, layout.password, change.password, encoding, 'password');
  if (change.privilege !== undefined) {
    if ((change.privilege & ~LEVEL_BITS) !== 0) throw unfit('a privilege beyond bits 1 to 3');
    raw.writeUInt8((raw.readUInt8(PRIVILEGE_AT) & ~LEVEL_BITS) | change.privilege, PRIVILEGE_AT);
  }
  if (change.card !== undefined) writeU32(raw, layout.card, change.card, 'card');
  return raw;
}

/**
 * A record for somebody new: group 1, no own time zones, as the vendor's software writes it.
 * @throws ZkError `unfit` if a value does not fit its field.
 */
export function newUser(user: NewUser, width: UserWidth, encoding: TextEncoding): Buffer {
  const raw = Buffer.alloc(width);
  const layout = USER_LAYOUTS[width];
  if (!Number.isInteger(user.uid) || user.uid < 1 || user.uid > 0xffff)
    throw unfit('a uid beyond 1 to 65535');
  raw.writeUInt16LE(user.uid, UID_AT);
  raw.writeUInt8(1, layout.group);
  const { at, bytes } = layout.userId;
  if (bytes === null) {
    numericUserId(user.userId).copy(raw, at);
  } else {
    writeText(raw, { at, bytes: Math.min(bytes, user.userIdBytes ?? 9) }, user.userId, 'latin1', 'user_id');
  }
  return patchUser(raw, width, user, encoding);
}

/** Writes a record (8): an upsert by uid, so a wrong uid overwrites somebody. 1013 is due afterwards. */
export async function writeUser(
  conversation: Conversation,
  record: Buffer,
  options: RequestOptions = {},
): Promise<void> {
  await conversation.request({
    command: Command.writeUser,
    data: record,
    asked: asked('writeUser'),
    ...options,
  });
}

/** Deletes a user (18), templates included. 1013 is due afterwards. */
export async function deleteUser(
  conversation: Conversation,
  uid: number,
  options: RequestOptions = {},
): Promise<void> {
  const data = Buffer.alloc(2);
  data.writeUInt16LE(uid, 0);
  await conversation.request({ command: Command.deleteUser, data, asked: asked('deleteUser'), ...options });
}

function writeText(
  raw: Buffer,
  field: { readonly at: number; readonly bytes: number },
  text: string,
  encoding: TextEncoding,
  name: string,
): void {
  const bytes = encodeText(text, encoding);
  if (bytes === null) throw unfit(`a ${name} with characters that ${encoding} does not have`);
  if (bytes.length > field.bytes) throw unfit(`a ${name} of ${bytes.length} bytes for ${field.bytes}`);
  raw.fill(0, field.at, field.at + field.bytes);
  bytes.copy(raw, field.at);
}

function writeU32(raw: Buffer, at: number, value: number, name: string): void {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) throw unfit(`a ${name} beyond 32 bits`);
  raw.writeUInt32LE(value, at);
}

function checkWidth(record: Buffer, width: UserWidth): void {
  if (record.length !== width) throw misfit(`a record of ${record.length} bytes instead of ${width}`);
}

function unfit(problem: string): ZkError {
  return new ZkError('unfit', 'user record', { problem });
}

function misfit(problem: string): ZkError {
  return new ZkError('protocol', 'user record', { problem });
}
