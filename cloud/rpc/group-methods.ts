// Methods about groups of users, and the sites that their rights are about.
import * as z from 'zod';
import { siteRight } from '../../shared/api/site-rights.ts';
import type { Draft } from '../accounts/draft.ts';
import { AccountError } from '../accounts/errors.ts';
import { createGroups, deleteGroups, updateGroups } from '../accounts/groups.ts';
import type { Group } from '../accounts/model.ts';
import { isSuperAdmin, sitesOf } from '../accounts/operator.ts';
import { change } from './change.ts';
import { flag, id, int, kindOf, list, object, required, text } from './fields.ts';
import { callerOf, type OperatorCall } from './method.ts';
import { asObjects, checkUnique, parsed } from './parse.ts';
import { groupRow, PERMISSION_NUMBERS, userRow } from './present.ts';
import { answered, chosen, common, ids, output, selected } from './query.ts';
import { say } from './sentences.ts';
import { idList } from './user-schemas.ts';

const NAMES = Object.keys(groupRow({ siteRights: [] as Group['siteRights'] } as Group));

/** `*` is every site. */
const siteName = kindOf((value, refuse) => {
  if (typeof value !== 'string') return refuse(say('text_expected'));
  return value === '*' || /^[a-z0-9-]{1,32}$/.test(value) ? value : refuse(say('site_expected'));
});
const permission = int(
  [
    [0, 0],
    [2, 2],
    [3, 3],
  ],
  say('one_of', { list: '0, 2, 3' }),
).transform((number) => PERMISSION_NUMBERS[number] ?? 'deny');

const rest = {
  gui_access: int([[0, 3]], say('one_of', { list: '0, 1, 2, 3' })).optional(),
  users_status: flag().optional(),
  debug_mode: flag().optional(),
  site_rights: list(object({ site: required(siteName), permission: required(permission) })).optional(),
  users: list(object({ userid: required(id()) })).optional(),
};
const name = text({ most: 64, mayBeEmpty: false });
const createSchema = object({ name: required(name), ...rest });
const updateSchema = object({ usrgrpid: required(id()), name: name.optional(), ...rest });

type Given = Omit<z.output<typeof updateSchema>, 'usrgrpid'>;

function fieldsOf({ name: called, gui_access, users_status, debug_mode, site_rights, users }: Given) {
  return {
    name: called,
    guiAccess: gui_access,
    enabled: users_status === undefined ? undefined : !users_status,
    debug: debug_mode,
    siteRights: site_rights,
    userIds: users?.map(({ userid }) => userid),
  };
}

function checkLists(all: readonly Given[]): void {
  checkUnique(
    '',
    'name',
    all.map((one) => one.name),
  );
  for (const [at, { site_rights = [], users = [] }] of all.entries()) {
    checkUnique(
      `/${at + 1}/site_rights`,
      'site',
      site_rights.map(({ site }) => site),
    );
    checkUnique(
      `/${at + 1}/users`,
      'userid',
      users.map(({ userid }) => userid),
    );
  }
}

/**
 * A branch that does not exist is refused: a mistyped deny would leave the meant branch open. What a group has
 * already may stay, its branch deleted or not.
 */
async function checkBranches(
  { ports, operator }: OperatorCall,
  draft: Draft,
  all: readonly (Given & { readonly usrgrpid?: string })[],
): Promise<void> {
  if (all.every(({ site_rights = [] }) => site_rights.length === 0)) return;
  const sites = (await ports.directory.sites(operator.tenant)).map(({ site }) => site);
  for (const [at, { usrgrpid, site_rights = [] }] of all.entries()) {
    const held = usrgrpid === undefined ? [] : (draft.groups.get(usrgrpid)?.siteRights ?? []);
    const known = new Set(['*', ...sites, ...held.map(({ site }) => site)]);
    const unknown = site_rights.findIndex(({ site }) => !known.has(site));
    if (unknown >= 0)
      throw new AccountError('object_missing', { path: `/${at + 1}/site_rights/${unknown + 1}` });
  }
}

export async function groupCreate(call: OperatorCall): Promise<unknown> {
  const given = parsed(z.array(createSchema), asObjects(call.params));
  checkLists(given);
  const wanted = given.map((one) => ({ ...fieldsOf(one), name: one.name }));
  return {
    usrgrpids: await change(call, async (draft) => {
      await checkBranches(call, draft, given);
      return createGroups(draft, wanted, callerOf(call));
    }),
  };
}

export async function groupUpdate(call: OperatorCall): Promise<unknown> {
  const given = parsed(z.array(updateSchema), asObjects(call.params));
  checkUnique(
    '',
    'usrgrpid',
    given.map(({ usrgrpid }) => usrgrpid),
  );
  checkLists(given);
  const changes = given.map((one) => ({ ...fieldsOf(one), id: one.usrgrpid }));
  return {
    usrgrpids: await change(call, async (draft) => {
      await checkBranches(call, draft, given);
      return updateGroups(draft, changes, callerOf(call));
    }),
  };
}

export async function groupDelete(call: OperatorCall): Promise<unknown> {
  const wanted = idList(call.params);
  return { usrgrpids: await change(call, (draft) => deleteGroups(draft, wanted)) };
}

const getSchema = object({
  usrgrpids: ids.nullish(),
  userids: ids.nullish(),
  ...common,
  selectUsers: output.nullish(),
});

export async function groupGet(call: OperatorCall): Promise<unknown> {
  const { ports, operator } = call;
  const options = parsed(getSchema, Array.isArray(call.params) ? {} : call.params);
  const snapshot = await ports.accounts.snapshot(operator.tenant);
  const isAll = isSuperAdmin(operator);
  const own = operator.user.groupIds;
  const { usrgrpids, userids, selectUsers } = options;
  const members = (groupId: string) =>
    [...snapshot.users.values()].filter(({ groupIds }) => groupIds.includes(groupId));
  const groups = [...snapshot.groups.values()].filter(
    (group) =>
      (isAll || (options.editable !== true && own.includes(group.id))) &&
      (usrgrpids?.includes(group.id) ?? true) &&
      (userids === undefined ||
        userids === null ||
        members(group.id).some((user) => userids.includes(user.id))),
  );
  const wanted = selected({ rows: groups.map(groupRow), idName: 'usrgrpid', names: NAMES }, options);
  return answered(wanted, 'usrgrpid', options, (row) => {
    if (selectUsers === undefined || selectUsers === null) return {};
    const users = isAll ? members(String(row.usrgrpid)) : [operator.user];
    const nobodys = { failed: 0, failedAt: 0, failedFrom: '', trying: 0, tryingAt: 0, version: 0 };
    return { users: users.map((user) => chosen(userRow(user, nobodys), selectUsers, 'userid')) };
  });
}

const siteSchema = object({ siteids: list(siteName).nullish(), ...common });
const SITE_NAMES = ['site', 'name', 'permission'];

/** The sites that the caller sees, so that a group's rights can be chosen. */
export async function siteGet(call: OperatorCall): Promise<unknown> {
  const { ports, operator } = call;
  const options = parsed(siteSchema, Array.isArray(call.params) ? {} : call.params);
  const rights = sitesOf(operator);
  const sites = await ports.directory.sites(operator.tenant);
  const rows = sites.flatMap(({ site, name: called }) => {
    const right = siteRight(rights, site);
    const isMeant = options.siteids?.includes(site) ?? true;
    const isSeen = right === 'write' || (right === 'read' && options.editable !== true);
    return isMeant && isSeen ? [{ site, name: called, permission: right === 'write' ? '3' : '2' }] : [];
  });
  const wanted = selected({ rows, idName: 'site', names: SITE_NAMES }, options);
  return answered(wanted, 'site', options);
}
