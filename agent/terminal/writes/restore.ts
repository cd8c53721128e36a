// `user.restore`: somebody who was deleted, as a copy has kept them; the fingers follow once the record is there.
import { SerenoError } from '../../../shared/errors.ts';
import { operations } from '../../../shared/wire/operations.ts';
import { decodeUser } from '../../zk/users.ts';
import { absent, conflict, failed, isUid, recordOf } from './doubt.ts';
import type { WriteKind } from './kind.ts';
import { freeUid } from './plan.ts';
import { restoreFingers } from './restore-fingers.ts';
import { isRestored, recordUnder } from './undo-copy.ts';

export const restore: WriteKind<'user.restore'> = {
  parse: (args) => operations['user.restore'].args.parse(args),
  /** The record as it was, under its old uid where that is free. */
  plan({ args: { user_id }, copy: find }, roster, context) {
    const { device, encoding } = context;
    if (roster.all(user_id).length > 0) throw new SerenoError('user_exists', { params: { user_id } });
    const copy = find();
    if (copy.width !== roster.width) {
      const params = { device, what: '@copy_width', got: copy.width, max: roster.width } as const;
      throw new SerenoError('unsupported', { params });
    }
    const old = decodeUser(copy.raw, copy.width, encoding).uid;
    const uid = roster.at(old).length === 0 ? old : freeUid(roster, context);
    const after = decodeUser(recordUnder(uid, copy), copy.width, encoding);
    const { name, password, card } = after;
    return {
      kind: 'put',
      before: null,
      after,
      fields: { name, password, card },
      result: { user_id, fingers: 0 },
    };
  },
  judge({ args: { user_id }, copy }, look) {
    const record = recordOf(user_id, look.uid, look);
    if (record === undefined) return absent(user_id, look);
    try {
      const isOurs = isUid(record, look) && isRestored(record, copy());
      return isOurs ? { kind: 'succeeded', result: { user_id, fingers: 0 } } : conflict(user_id);
    } catch (error) {
      // The copy has expired, its key is lost, or this agent does not know its format.
      return failed(error instanceof SerenoError ? error : new SerenoError('internal', { cause: error }));
    }
  },
  whenOvertaken: ({ user_id }) => ({ user_id }),
  coversBadge: () => true,
  mayAdd: true,
  newBadge: () => null,
  undo: () => 'use up',
  finish: {
    async run({ args: { user_id }, copy }, context, uid) {
      const fingers = await restoreFingers(context, { userId: user_id, uid, copy: copy() });
      return { user_id, fingers };
    },
    /** The record is there; nobody can say how many of its fingers are. */
    givenUp({ args: { user_id } }, device, cause) {
      const params = { device, what: '@kept_fingers', user_id } as const;
      return new SerenoError('not_verified', { params, applied: 'partial', cause });
    },
  },
};
