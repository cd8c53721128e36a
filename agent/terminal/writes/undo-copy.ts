// A deleted user as it is kept for `user.restore`: the record and its fingers, as bytes.
import * as z from 'zod';
import { untilNul } from '../../zk/encoding.ts';
import type { FingerTemplate } from '../../zk/templates.ts';
import { UID_AT, USER_LAYOUTS } from '../../zk/user-layout.ts';
import type { UserRecord, UserWidth } from '../../zk/users.ts';

export type KeptFinger = Omit<FingerTemplate, 'uid'>;

/** A deleted user, whole. */
export interface UndoCopy {
  readonly width: UserWidth;
  /** The record's own bytes. */
  readonly raw: Buffer;
  readonly fingers: readonly KeptFinger[];
}

const bytesSchema = z.base64().transform((text) => Buffer.from(text, 'base64'));
const copySchema = z.strictObject({
  width: z.literal([28, 72]),
  raw: bytesSchema,
  fingers: z.array(
    z.strictObject({ finger: z.int().min(0).max(9), flag: z.int().min(0).max(255), template: bytesSchema }),
  ),
});

export function encodeUndoCopy({ width, raw, fingers }: UndoCopy): Buffer {
  const told = fingers.map(({ finger, flag, template }) => ({
    finger,
    flag,
    template: template.toString('base64'),
  }));
  return Buffer.from(JSON.stringify({ width, raw: raw.toString('base64'), fingers: told }));
}

/** @throws ZodError, SyntaxError on bytes that `encodeUndoCopy` did not make. */
export function decodeUndoCopy(bytes: Buffer): UndoCopy {
  return copySchema.parse(JSON.parse(bytes.toString('utf8')));
}

/** The record under another uid, every other byte as it was: group and time zones come back with it. */
export function recordUnder(uid: number, { raw }: UndoCopy): Buffer {
  const record = Buffer.from(raw);
  record.writeUInt16LE(uid, UID_AT);
  return record;
}

/** True if `record` is the user of the copy: name, password and card are the same. */
export function isRestored(record: UserRecord, { raw, width }: UndoCopy): boolean {
  if (record.raw.length !== raw.length) return false;
  const { name, password, card } = USER_LAYOUTS[width];
  const same = ({ at, bytes }: { at: number; bytes: number }) =>
    untilNul(record.raw.subarray(at, at + bytes)).equals(untilNul(raw.subarray(at, at + bytes)));
  return same(name) && same(password) && record.raw.readUInt32LE(card) === raw.readUInt32LE(card);
}
