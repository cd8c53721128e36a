// Every method of this face, by its name in lower case: names are told apart by letters, not by their case.

import { alertGet } from './alert-methods.ts';
import { RpcError } from './errors.ts';
import { groupCreate, groupDelete, groupGet, groupUpdate, siteGet } from './group-methods.ts';
import type { Method } from './method.ts';
import { roleCreate, roleDelete, roleGet, roleUpdate } from './role-methods.ts';
import { say } from './sentences.ts';
import { checkAuthentication, userLogin, userLogout, userUnblock, version } from './session-methods.ts';
import { authenticationGet, authenticationUpdate, mediaTypeGet, settingsGet } from './setting-methods.ts';
import { tokenCreate, tokenDelete, tokenGenerate, tokenGet, tokenUpdate } from './token-methods.ts';
import { userCreate, userDelete, userGet, userUpdate } from './user-methods.ts';

export const methods = {
  'apiinfo.version': { access: 'open', run: version },
  'user.login': { access: 'open', run: userLogin },
  'user.checkauthentication': { access: 'open', run: checkAuthentication },
  'user.logout': { access: 1, run: userLogout },
  'user.get': { access: 1, run: userGet },
  'user.update': { access: 1, run: userUpdate },
  'user.create': { access: 3, run: userCreate },
  'user.delete': { access: 3, run: userDelete },
  'user.unblock': { access: 3, run: userUnblock },
  'usergroup.get': { access: 1, run: groupGet },
  'usergroup.create': { access: 3, run: groupCreate },
  'usergroup.update': { access: 3, run: groupUpdate },
  'usergroup.delete': { access: 3, run: groupDelete },
  'role.get': { access: 1, run: roleGet },
  'role.create': { access: 3, run: roleCreate },
  'role.update': { access: 3, run: roleUpdate },
  'role.delete': { access: 3, run: roleDelete },
  'mediatype.get': { access: 1, run: mediaTypeGet },
  'token.get': { access: 1, managesTokens: true, run: tokenGet },
  'token.create': { access: 1, managesTokens: true, run: tokenCreate },
  'token.update': { access: 1, managesTokens: true, run: tokenUpdate },
  'token.generate': { access: 1, managesTokens: true, run: tokenGenerate },
  'token.delete': { access: 1, managesTokens: true, run: tokenDelete },
  'alert.get': { access: 1, run: alertGet },
  'settings.get': { access: 3, run: settingsGet },
  'authentication.get': { access: 3, run: authenticationGet },
  'authentication.update': { access: 3, run: authenticationUpdate },
  'site.get': { access: 1, run: siteGet },
} as const satisfies Readonly<Record<string, Method>>;

/** The method of that name. @throws RpcError −32601 */
export function methodNamed(written: string): Method {
  const name = written.toLowerCase();
  if (Object.hasOwn(methods, name)) return methods[name as keyof typeof methods];
  const [api = ''] = written.split('.', 1);
  const isApi = Object.keys(methods).some((known) => known.startsWith(`${api.toLowerCase()}.`));
  throw new RpcError(
    -32601,
    isApi && api !== '' ? say('method_unknown', { name: written }) : say('api_unknown', { name: api }),
  );
}
