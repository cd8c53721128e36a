// Methods about API tokens.
import * as z from 'zod';
import { accountKeys } from '../accounts/keys.ts';
import type { Token } from '../accounts/model.ts';
import { isSuperAdmin } from '../accounts/operator.ts';
import { createTokens, deleteTokens, generateTokens, updateTokens } from '../accounts/tokens.ts';
import { change } from './change.ts';
import { flag, id, int, object, required, text } from './fields.ts';
import { callerOf, type OperatorCall } from './method.ts';
import { asObjects, checkUnique, parsed } from './parse.ts';
import { tokenRow } from './present.ts';
import { answered, common, ids, selected } from './query.ts';
import { idList } from './user-schemas.ts';

const NAMES = Object.keys(tokenRow({} as Token, 0));
/** The last second that signed 32 bits can tell. */
const LATEST = 2_147_483_647;

const name = text({ most: 64, mayBeEmpty: false });
const rest = {
  description: text({ most: 65_535 }).optional(),
  status: flag().optional(),
  expires_at: int([[0, LATEST]]).optional(),
};
const createSchema = object({ name: required(name), userid: id().optional(), ...rest });
const updateSchema = object({ tokenid: required(id()), name: name.optional(), ...rest });

type Given = Omit<z.output<typeof updateSchema>, 'tokenid'>;

function fieldsOf({ name: called, description, status, expires_at }: Given) {
  return {
    name: called,
    description,
    enabled: status === undefined ? undefined : !status,
    expiresAt: expires_at,
  };
}

export async function tokenCreate(call: OperatorCall): Promise<unknown> {
  const given = parsed(z.array(createSchema), asObjects(call.params));
  const wanted = given.map((one) => ({ ...fieldsOf(one), name: one.name, userId: one.userid }));
  const now = Math.floor(call.ports.clock.now() / 1000);
  return { tokenids: await change(call, (draft) => createTokens(draft, wanted, callerOf(call), now)) };
}

export async function tokenUpdate(call: OperatorCall): Promise<unknown> {
  const given = parsed(z.array(updateSchema), asObjects(call.params));
  checkUnique(
    '',
    'tokenid',
    given.map(({ tokenid }) => tokenid),
  );
  const changes = given.map((one) => ({ ...fieldsOf(one), id: one.tokenid }));
  return { tokenids: await change(call, (draft) => updateTokens(draft, changes, callerOf(call))) };
}

/** The only time that a token is told. */
export async function tokenGenerate(call: OperatorCall): Promise<unknown> {
  const wanted = idList(call.params);
  const made = await change(call, (draft) => generateTokens(draft, wanted, callerOf(call)));
  return made.map(({ id: tokenid, token }) => ({ tokenid, token }));
}

export async function tokenDelete(call: OperatorCall): Promise<unknown> {
  const wanted = idList(call.params);
  return { tokenids: await change(call, (draft) => deleteTokens(draft, wanted, callerOf(call))) };
}

const getSchema = object({ tokenids: ids.nullish(), userids: ids.nullish(), ...common });

export async function tokenGet(call: OperatorCall): Promise<unknown> {
  const { ports, operator } = call;
  const options = parsed(getSchema, Array.isArray(call.params) ? {} : call.params);
  const { accounts } = ports;
  const { tokens } = await accounts.snapshot(operator.tenant);
  const { tokenids, userids } = options;
  const meant = [...tokens.values()].filter(
    (token) =>
      (isSuperAdmin(operator) || token.userId === operator.user.id) &&
      (tokenids?.includes(token.id) ?? true) &&
      (userids?.includes(token.userId) ?? true),
  );
  const hashes = meant.flatMap(({ hash }) => hash ?? []);
  const uses = await accounts.table.getAll(hashes.map((hash) => accountKeys.token(hash)));
  const lastAccess = new Map(uses.map((row) => [String(row.tokenId), Number(row.lastAccess)]));
  const rows = meant.map((token) => tokenRow(token, lastAccess.get(token.id) ?? 0));
  const wanted = selected({ rows, idName: 'tokenid', names: NAMES }, options);
  return answered(wanted, 'tokenid', options);
}
