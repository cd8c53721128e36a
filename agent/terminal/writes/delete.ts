// `user.delete`: one record of a badge, or all of them; fingers go with them.
import { SerenoError } from '../../../shared/errors.ts';
import { operations } from '../../../shared/wire/operations.ts';
import { againOrExpired, failed } from './doubt.ts';
import type { WriteKind } from './kind.ts';
import { checkAlone } from './plan.ts';

export const remove: WriteKind<'user.delete'> = {
  parse: (args) => operations['user.delete'].args.parse(args),
  plan({ args: { user_id, uid, all = false } }, roster, context) {
    const before = all ? roster.all(user_id)[0] : roster.find(user_id, uid);
    if (before === undefined) throw new SerenoError('user_not_found', { params: { user_id } });
    for (const record of all ? roster.all(user_id) : [before]) checkAlone(record, roster, context);
    return { kind: 'delete', before, wholeBadge: uid === undefined, result: { user_id } };
  },
  judge({ args: { user_id, all = false, uid } }, look) {
    const left = look.roster.all(user_id);
    const meant = look.uid ?? uid ?? null;
    // A record under another uid is a new enrolment: the one to be deleted is gone.
    const isAnother = !all && meant !== null && left.every((record) => record.uid !== meant);
    if (left.length === 0 || isAnother) return { kind: 'succeeded', result: { user_id } };
    const isPartial = all && look.uid !== null;
    if (look.inTime || !isPartial) return againOrExpired(look);
    const params = { what: '@kept_user', user_id } as const;
    return failed(new SerenoError('not_verified', { params, applied: 'partial' }));
  },
  whenOvertaken: ({ user_id }) => ({ user_id }),
  coversBadge: ({ uid }) => uid === undefined,
  mayAdd: false,
  newBadge: () => null,
  undo: ({ purge }) => (purge === true ? 'erase' : 'keep'),
};
