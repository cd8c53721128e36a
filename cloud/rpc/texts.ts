// The sentences of this face: what a refused change and a closed door are called here. Scripts compare them letter by letter.
import type { AccountCode, AccountError } from '../accounts/errors.ts';
import type { Closed } from '../accounts/sessions.ts';
import { type RpcCode, RpcError } from './errors.ts';

interface Text {
  readonly code?: RpcCode;
  /** With `{param}` places. */
  readonly text: string;
}

const AT = 'Invalid parameter "{path}": ';
const PASSWORD = 'Incorrect value for field "{path}": must ';

const texts: Readonly<Record<AccountCode, Text>> = {
  no_object: { code: -32500, text: 'No permissions to referred object or it does not exist!' },
  readonly_provisioned: { text: `${AT}cannot update readonly parameter "{field}" of provisioned user.` },
  autologin_pair: { text: 'Auto-login and auto-logout options cannot be enabled together.' },
  current_wrong: { text: 'Incorrect current password.' },
  current_needed: { text: 'Current password is mandatory.' },
  password_short: { text: `${PASSWORD}be at least {min} characters long.` },
  password_case: { text: `${PASSWORD}contain at least one lowercase and one uppercase Latin letter.` },
  password_digit: { text: `${PASSWORD}contain at least one digit.` },
  password_special: { text: `${PASSWORD}contain at least one special character.` },
  password_names: { text: `${PASSWORD}not contain user's name, surname or username.` },
  password_common: { text: `${PASSWORD}not be one of common or context-specific passwords.` },
  guest_username: { text: 'Cannot rename guest user.' },
  guest_lang: { text: 'Not allowed to set language for user "guest".' },
  guest_theme: { text: 'Not allowed to set theme for user "guest".' },
  guest_password: { text: 'Not allowed to set password for user "guest".' },
  last_super_admin: { text: 'At least one active user must exist with role "Super admin role".' },
  object_missing: { text: `${AT}object does not exist.` },
  own_role: { text: 'User cannot change own role.' },
  media_missing: { text: `${AT}object does not exist or belongs to another object.` },
  super_only: { text: 'Only Super admin users can update "{field}" parameter.' },
  oneself_disabled: {
    text: 'User cannot add oneself to a disabled group or a group with disabled GUI access.',
  },
  username_taken: { text: 'User with username "{username}" already exists.' },
  password_needed: {
    text: 'User "{username}" must have a password, because internal authentication is in effect.',
  },
  sendto_empty: { text: `${AT}cannot be empty.` },
  sendto_email: { text: `${AT}an email address is expected.` },
  sendto_text: { text: `${AT}a character string is expected.` },
  sendto_url: { text: `${AT}unacceptable URL.` },
  sendto_long: { text: `${AT}value is too long.` },
  too_many_rows: {
    text: 'The change has {rows} rows, and one transaction takes {most}: ask for fewer objects at once.',
  },
  delete_oneself: { text: 'User is not allowed to delete oneself.' },
  delete_guest: { text: 'Cannot delete Zabbix internal user "guest", try disabling that user.' },
  group_taken: { text: 'User group "{name}" already exists.' },
  role_taken: { text: 'User role "{name}" already exists.' },
  role_readonly_update: { text: 'Cannot update readonly user role "{name}".' },
  role_readonly_delete: { text: 'Cannot delete readonly user role "{name}".' },
  role_in_use: { text: 'The role "{name}" is assigned to at least one user and cannot be deleted.' },
  token_taken: { text: 'API token "{name}" already exists for userid "{id}".' },
  user_unavailable: { text: 'User with ID "{id}" is not available.' },
};

const closed: Readonly<Record<Closed, Text>> = {
  session_ended: { text: 'Session terminated, re-login, please.' },
  not_authorized: { text: 'Not authorized.' },
  token_expired: { code: -32500, text: 'API token expired.' },
};

/** What a login that failed is told, whatever the reason. */
export const LOGIN_FAILED = 'Incorrect user name or password or account is temporarily blocked.';
export const NO_ACCESS = 'No permissions for system access.';
/** The store does not answer; what is wrong with it is in the log. */
export const STORE_FAILED = 'System error occurred. Please contact Zabbix administrator.';

/** A refused change in the words of this face. */
export function rpcErrorOf({ code, params }: AccountError): RpcError {
  const { code: number = -32602, text } = texts[code];
  const filled = text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));
  return new RpcError(number, filled);
}

export function closedError(reason: Closed): RpcError {
  const { code = -32602, text } = closed[reason];
  return new RpcError(code, text);
}
