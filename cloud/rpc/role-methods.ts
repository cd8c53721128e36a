// Methods about roles: which methods an operator may call, and which scopes of REST an operator has.
import * as z from 'zod';
import { NARROW_SCOPES, SCOPES } from '../../shared/api/scopes.ts';
import { defaultScopes } from '../accounts/defaults.ts';
import type { Role, UserType } from '../accounts/model.ts';
import { isSuperAdmin } from '../accounts/operator.ts';
import { createRoles, deleteRoles, updateRoles } from '../accounts/roles.ts';
import { change } from './change.ts';
import { flag, id, int, kindOf, list, object, oneOf, required, text } from './fields.ts';
import type { OperatorCall } from './method.ts';
import { asObjects, checkUnique, parsed } from './parse.ts';
import { roleRow, roleRules } from './present.ts';
import { answered, chosen, common, ids, output, selected } from './query.ts';
import { say } from './sentences.ts';
import { idList } from './user-schemas.ts';

const NAMES = Object.keys(roleRow({} as Role));

const methodPattern = kindOf((value, refuse) => {
  if (typeof value !== 'string') return refuse(say('text_expected'));
  const isPattern = /^(\*|([a-z]+|\*)\.([a-z]+|\*))$/i.test(value);
  return isPattern ? value : refuse(say('method_mask_expected'));
});
const action = object({ name: required(oneOf(['manage_api_tokens'])), status: required(flag()) });

const rules = object({
  'api.access': flag().optional(),
  'api.mode': flag().optional(),
  api: list(methodPattern).optional(),
  actions: list(action).optional(),
  'rest.scopes': list(oneOf([...SCOPES, ...NARROW_SCOPES])).optional(),
});
const name = text({ mayBeEmpty: false });
const type = int([[1, 3]], say('one_of', { list: '1, 2, 3' })).transform((number) => number as UserType);
const createSchema = object({ name: required(name), type: required(type), rules: rules.optional() });
const updateSchema = object({
  roleid: required(id()),
  name: name.optional(),
  type: type.optional(),
  rules: rules.optional(),
});

function rulesOf(given: z.output<typeof rules> | undefined) {
  if (given === undefined) return {};
  return {
    apiAccess: given['api.access'],
    apiAllowList: given['api.mode'],
    methods: given.api,
    scopes: given['rest.scopes'],
    managesTokens: given.actions?.[0]?.status,
  };
}

export async function roleCreate(call: OperatorCall): Promise<unknown> {
  const given = parsed(z.array(createSchema), asObjects(call.params));
  checkUnique(
    '',
    'name',
    given.map((one) => one.name),
  );
  const wanted = given.map((one) => ({ name: one.name, type: one.type, ...rulesOf(one.rules) }));
  return { roleids: await change(call, (draft) => createRoles(draft, wanted)) };
}

export async function roleUpdate(call: OperatorCall): Promise<unknown> {
  const given = parsed(z.array(updateSchema), asObjects(call.params));
  checkUnique(
    '',
    'roleid',
    given.map(({ roleid }) => roleid),
  );
  const changes = given.map((one) => ({
    id: one.roleid,
    name: one.name,
    type: one.type,
    ...rulesOf(one.rules),
  }));
  return { roleids: await change(call, (draft) => updateRoles(draft, changes)) };
}

export async function roleDelete(call: OperatorCall): Promise<unknown> {
  const wanted = idList(call.params);
  return { roleids: await change(call, (draft) => deleteRoles(draft, wanted)) };
}

const getSchema = object({
  roleids: ids.nullish(),
  ...common,
  selectRules: output.nullish(),
  selectUsers: output.nullish(),
});

export async function roleGet(call: OperatorCall): Promise<unknown> {
  const { ports, operator } = call;
  const options = parsed(getSchema, Array.isArray(call.params) ? {} : call.params);
  const { roles, users } = await ports.accounts.snapshot(operator.tenant);
  const { roleids, selectRules, selectUsers } = options;
  const isAll = isSuperAdmin(operator);
  const meant = [...roles.values()].filter(
    (role) =>
      (isAll || (options.editable !== true && role.id === operator.role.id)) &&
      (roleids?.includes(role.id) ?? true),
  );
  const wanted = selected({ rows: meant.map(roleRow), idName: 'roleid', names: NAMES }, options);
  return answered(wanted, 'roleid', options, (row) => {
    const role = roles.get(String(row.roleid));
    if (role === undefined) return {};
    const rows = [...users.values()].filter(({ roleId }) => isAll && roleId === role.id);
    const shown = rows.map(({ id: userid, username }) => ({ userid, username }));
    return {
      ...(selectRules === undefined || selectRules === null
        ? {}
        : { rules: chosen(roleRules(role, role.scopes ?? defaultScopes(role.type)), selectRules, '') }),
      ...(selectUsers === undefined || selectUsers === null
        ? {}
        : { users: shown.map((user) => chosen(user, selectUsers, 'userid')) }),
    };
  });
}
