// Accounts as this face gives them out: ids and numbers are texts, and what may be logged in with is nowhere.
import type { Attempts } from '../accounts/attempts.ts';
import { mediaTypes } from '../accounts/defaults.ts';
import type { Group, Media, Role, Settings, SiteRight, Token, User } from '../accounts/model.ts';

function digit(is: boolean): string {
  return is ? '1' : '0';
}

export function userRow(user: User, attempts: Attempts) {
  return {
    userid: user.id,
    username: user.username,
    name: user.name,
    surname: user.surname,
    url: user.url,
    autologin: digit(user.autologin),
    autologout: user.autologout,
    lang: user.lang,
    refresh: user.refresh,
    theme: user.theme,
    attempt_failed: String(attempts.failed),
    attempt_ip: attempts.failedFrom,
    attempt_clock: String(Math.floor(attempts.failedAt / 1000)),
    rows_per_page: String(user.rowsPerPage),
    timezone: user.timezone,
    roleid: user.roleId,
    userdirectoryid: '0',
    ts_provisioned: '0',
  };
}

/** What operators see of others: no more than who they are. */
export const SEEN_OF_OTHERS = ['userid', 'username', 'name', 'surname'] as const;

export function mediaRow(media: Media) {
  const isEmail = mediaTypes.find(({ id }) => id === media.mediaTypeId)?.kind === 'email';
  return {
    mediaid: media.id,
    mediatypeid: media.mediaTypeId,
    sendto: isEmail ? media.sendTo : (media.sendTo[0] ?? ''),
    active: digit(!media.active),
    severity: String(media.severity),
    period: media.period,
    provisioned: digit(media.provisioned),
  };
}

export function mediaTypeRows() {
  return mediaTypes.map(({ id, name, kind }) => ({
    mediatypeid: id,
    name,
    type: kind === 'email' ? '0' : '4',
    status: '0',
  }));
}

const PERMISSIONS = { deny: '0', read: '2', write: '3' } as const;

/** The permissions by the numbers that scripts know. */
export const PERMISSION_NUMBERS: Readonly<Record<number, SiteRight['permission']>> = {
  0: 'deny',
  2: 'read',
  3: 'write',
};

export function groupRow(group: Group) {
  return {
    usrgrpid: group.id,
    name: group.name,
    gui_access: String(group.guiAccess),
    users_status: digit(!group.enabled),
    debug_mode: digit(group.debug),
    userdirectoryid: '0',
    site_rights: group.siteRights.map(({ site, permission }) => ({
      site,
      permission: PERMISSIONS[permission],
    })),
  };
}

/** How the groups of a user stand together: who is disabled or kept out in one is so altogether. */
export function accessOf(groups: readonly Group[]) {
  return {
    gui_access: String(Math.max(0, ...groups.map(({ guiAccess }) => guiAccess))),
    debug_mode: digit(groups.some(({ debug }) => debug)),
    users_status: digit(groups.length === 0 || groups.some(({ enabled }) => !enabled)),
  };
}

export function roleRow(role: Role) {
  return { roleid: role.id, name: role.name, type: String(role.type), readonly: digit(role.readonly) };
}

/** @param scopes as they are in effect */
export function roleRules(role: Role, scopes: readonly string[]) {
  return {
    'api.access': digit(role.apiAccess),
    'api.mode': digit(role.apiAllowList),
    api: role.methods,
    actions: [{ name: 'manage_api_tokens', status: digit(role.managesTokens) }],
    'rest.scopes': scopes,
  };
}

/** @param lastAccess epoch ms */
export function tokenRow(token: Token, lastAccess: number) {
  return {
    tokenid: token.id,
    userid: token.userId,
    name: token.name,
    description: token.description,
    lastaccess: String(Math.floor(lastAccess / 1000)),
    status: digit(!token.enabled),
    expires_at: String(token.expiresAt),
    created_at: String(token.createdAt),
    creator_userid: token.creatorId,
  };
}

export function authenticationRow(settings: Settings) {
  return {
    authentication_type: '0',
    passwd_min_length: String(settings.passwordMinLength),
    passwd_check_rules: String(settings.passwordRules),
    login_attempts: String(settings.loginAttempts),
    login_block: `${settings.loginBlockSeconds}s`,
    ldap_auth_enabled: '0',
    saml_auth_enabled: '0',
    mfa_status: '0',
  };
}

export function settingsRow(settings: Settings) {
  return {
    default_lang: 'en_GB',
    default_timezone: 'UTC',
    default_theme: 'blue-theme',
    login_attempts: String(settings.loginAttempts),
    login_block: `${settings.loginBlockSeconds}s`,
  };
}
