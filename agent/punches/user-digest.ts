// What is remembered of a user so that a change can be seen: a short keyed digest of each field, never the field.
import { createHmac } from 'node:crypto';
import { type KeypadField, keypadFieldSchema } from '../../shared/wire/events.ts';
import { PRIVILEGE_AT, USER_LAYOUTS, type UserWidth } from '../zk/user-layout.ts';
import type { UserRecord } from '../zk/users.ts';

const FIELDS = keypadFieldSchema.options;
/** Of each field: one change in four thousand million is not seen. */
const DIGEST_BYTES = 4;

/** The digests of all fields, one behind the other. */
export function digestOf(record: UserRecord, width: UserWidth, key: string): Buffer {
  return Buffer.concat(
    FIELDS.map((field) =>
      createHmac('sha256', key)
        .update(`${record.userId}/${field}/`)
        .update(bytesOf(record, width, field))
        .digest()
        .subarray(0, DIGEST_BYTES),
    ),
  );
}

/** The fields in which two digests differ. */
export function fieldsBetween(before: Uint8Array, after: Uint8Array): KeypadField[] {
  const part = (digest: Uint8Array, index: number) =>
    Buffer.from(digest).subarray(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES);
  return FIELDS.filter((_field, index) => !part(before, index).equals(part(after, index)));
}

function bytesOf({ raw, name, password }: UserRecord, width: UserWidth, field: KeypadField): Buffer {
  const layout = USER_LAYOUTS[width];
  switch (field) {
    // Behind the end of a text terminals leave junk, which says nothing.
    case 'name':
      return Buffer.from(name);
    case 'password':
      return Buffer.from(password);
    case 'privilege':
      return raw.subarray(PRIVILEGE_AT, PRIVILEGE_AT + 1);
    case 'card':
      return raw.subarray(layout.card, layout.card + 4);
    case 'group':
      return raw.subarray(layout.group, layout.group + 1);
    case 'other':
      // Time zones and what else stands between group and badge.
      return raw.subarray(layout.group + 1, layout.userId.at);
  }
}
