// Methods about users.
import type * as z from 'zod';
import type { Attempts } from '../accounts/attempts.ts';
import type { Snapshot, User } from '../accounts/model.ts';
import { isSuperAdmin } from '../accounts/operator.ts';
import { PasswordWork } from '../accounts/password-work.ts';
import { createUsers, deleteUsers, updateUsers } from '../accounts/users.ts';
import { sideBySide } from '../bounded.ts';
import { change } from './change.ts';
import { RpcError } from './errors.ts';
import { bool, object } from './fields.ts';
import { callerOf, type OperatorCall } from './method.ts';
import { parsed } from './parse.ts';
import { accessOf, groupRow, mediaRow, mediaTypeRows, roleRow, SEEN_OF_OTHERS, userRow } from './present.ts';
import { answered, chosen, common, ids, output, type Row, selected } from './query.ts';
import { say } from './sentences.ts';
import { idList, newUsers, userChanges } from './user-schemas.ts';

/** Reads of the attempts at a time. */
const LANES = 20;
const NAMES = Object.keys(userRow({} as User, { failedAt: 0 } as Attempts));

const getSchema = object({
  userids: ids.nullish(),
  usrgrpids: ids.nullish(),
  mediaids: ids.nullish(),
  mediatypeids: ids.nullish(),
  ...common,
  getAccess: bool().optional(),
  selectMedias: output.nullish(),
  selectMediatypes: output.nullish(),
  selectUsrgrps: output.nullish(),
  selectRole: output.nullish(),
});
type GetOptions = z.output<typeof getSchema>;

export async function userUpdate(call: OperatorCall): Promise<unknown> {
  const changes = userChanges(call.params);
  const work = new PasswordWork();
  const userids = await change(call, (draft) => updateUsers(draft, changes, callerOf(call), work));
  return { userids };
}

export async function userCreate(call: OperatorCall): Promise<unknown> {
  const wanted = newUsers(call.params);
  const work = new PasswordWork();
  return { userids: await change(call, (draft) => createUsers(draft, wanted, work)) };
}

export async function userDelete(call: OperatorCall): Promise<unknown> {
  const wanted = idList(call.params);
  return { userids: await change(call, (draft) => deleteUsers(draft, wanted, callerOf(call))) };
}

/** Whom the caller sees: a super admin all, others those of their groups; `editable` means oneself. */
function seen(call: OperatorCall, { users }: Snapshot, { editable }: GetOptions): User[] {
  const { user: own } = call.operator;
  const all = [...users.values()];
  if (isSuperAdmin(call.operator)) return all;
  if (editable === true) return all.filter(({ id }) => id === own.id);
  return all.filter(
    ({ id, groupIds }) => id === own.id || groupIds.some((one) => own.groupIds.includes(one)),
  );
}

function isMeant(user: User, { userids, usrgrpids, mediaids, mediatypeids }: GetOptions): boolean {
  const has = (wanted: readonly string[] | null | undefined, own: readonly string[]) =>
    wanted === undefined || wanted === null || own.some((one) => wanted.includes(one));
  return (
    has(userids, [user.id]) &&
    has(usrgrpids, user.groupIds) &&
    has(
      mediaids,
      user.medias.map(({ id }) => id),
    ) &&
    has(
      mediatypeids,
      user.medias.map(({ mediaTypeId }) => mediaTypeId),
    )
  );
}

function checkPasswords({ filter, search }: GetOptions): void {
  if (filter !== undefined && filter !== null && 'passwd' in filter)
    throw new RpcError(-32602, say('password_filter'));
  if (search !== undefined && search !== null && 'passwd' in search)
    throw new RpcError(-32602, say('password_search'));
}

/** What was asked for besides the user's own properties; of others there is nothing more to see. */
function related(user: User, { groups, roles }: Snapshot, options: GetOptions): Row {
  const { getAccess, selectMedias, selectMediatypes, selectUsrgrps, selectRole } = options;
  const own = user.groupIds.flatMap((id) => groups.get(id) ?? []);
  const role = roles.get(user.roleId);
  const isAsked = <T>(asked: T | null | undefined): asked is T => asked !== undefined && asked !== null;
  const types = mediaTypeRows().filter(({ mediatypeid }) =>
    user.medias.some((media) => media.mediaTypeId === mediatypeid),
  );
  return {
    ...(getAccess === true ? accessOf(own) : {}),
    ...(isAsked(selectMedias)
      ? { medias: user.medias.map((media) => chosen(mediaRow(media), selectMedias, 'mediaid')) }
      : {}),
    ...(isAsked(selectMediatypes)
      ? { mediatypes: types.map((type) => chosen(type, selectMediatypes, 'mediatypeid')) }
      : {}),
    ...(isAsked(selectUsrgrps)
      ? { usrgrps: own.map((group) => chosen(groupRow(group), selectUsrgrps, 'usrgrpid')) }
      : {}),
    ...(isAsked(selectRole)
      ? { role: role === undefined ? [] : chosen(roleRow(role), selectRole, 'roleid') }
      : {}),
  };
}

export async function userGet(call: OperatorCall): Promise<unknown> {
  const { ports, operator } = call;
  const options = parsed(getSchema, Array.isArray(call.params) ? {} : call.params);
  checkPasswords(options);
  const snapshot = await ports.accounts.snapshot(operator.tenant);
  const isWhole = (id: string) => isSuperAdmin(operator) || id === operator.user.id;
  const users = seen(call, snapshot, options).filter((user) => isMeant(user, options));
  const rows = await sideBySide(users, LANES, async (user): Promise<Row> => {
    const row = userRow(user, await ports.attempts.read(operator.tenant, user.username));
    return isWhole(user.id) ? row : chosen(row, SEEN_OF_OTHERS, 'userid');
  });
  const wanted = selected({ rows, idName: 'userid', names: NAMES }, options);
  return answered(wanted, 'userid', options, (row) => {
    const user = snapshot.users.get(String(row.userid));
    return user === undefined || !isWhole(user.id) ? {} : related(user, snapshot, options);
  });
}
