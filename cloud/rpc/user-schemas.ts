// The parameters of methods about users.
import * as z from 'zod';
import type { NewUser, UserChange } from '../accounts/user-change.ts';
import {
  either,
  flag,
  id,
  int,
  kindOf,
  list,
  object,
  oneOf,
  required,
  text,
  timePeriod,
  timeUnit,
  url,
} from './fields.ts';
import { asObjects, checkUnique, parsed } from './parse.ts';
import { say } from './sentences.ts';

/** Languages in which the console exists, or may. */
const LANGUAGES = ['default', 'en_GB', 'en_US', 'es_ES'] as const;
const THEMES = ['default', 'blue-theme', 'dark-theme', 'hc-light', 'hc-dark'] as const;
const TIMEZONES = ['default', ...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];
const NAME = { most: 100 };

/** One address or several; which of them may be is known with the type of the media. */
const sendto = kindOf((value, refuse) => {
  const isText = (one: unknown): one is string => typeof one === 'string';
  if (isText(value) || (Array.isArray(value) && value.every(isText))) return value as string | string[];
  return refuse(say('text_expected'));
});

const mediaRest = {
  active: int([[0, 1]], say('one_of', { list: '0, 1' })).optional(),
  severity: int([[0, 63]]).optional(),
  period: timePeriod().optional(),
};
const newMedia = object({ mediatypeid: required(id()), sendto: required(sendto), ...mediaRest });
const knownMedia = object({
  mediaid: id(),
  mediatypeid: id().optional(),
  sendto: sendto.optional(),
  ...mediaRest,
});

function hasMediaId(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'mediaid' in value;
}

interface GivenMedia {
  readonly mediaid?: string;
  readonly mediatypeid?: string | undefined;
  readonly sendto?: string | string[] | undefined;
  readonly active?: number | undefined;
  readonly severity?: number | undefined;
  readonly period?: string | undefined;
}

/** 0 is switched on here. */
function mediaChange({ mediaid, mediatypeid, sendto: to, active, ...rest }: GivenMedia) {
  return {
    ...rest,
    id: mediaid,
    mediaTypeId: mediatypeid,
    sendTo: to,
    active: active === undefined ? undefined : active === 0,
  };
}

const groups = list(object({ usrgrpid: required(id()) }));

const profile = {
  name: text(NAME).optional(),
  surname: text(NAME).optional(),
};
const password = { passwd: text({ mayBeEmpty: false }).optional() };
const console = {
  url: url().optional(),
  autologin: flag().optional(),
  autologout: timeUnit([
    [0, 0],
    [90, 86_400],
  ]).optional(),
  lang: oneOf(LANGUAGES).optional(),
  refresh: timeUnit([[0, 3600]]).optional(),
  theme: oneOf(THEMES).optional(),
  rows_per_page: int([[1, 999_999]]).optional(),
  timezone: oneOf(TIMEZONES).optional(),
  roleid: id().optional(),
  usrgrps: groups.optional(),
};
const username = text({ ...NAME, mayBeEmpty: false });

const updateSchema = object({
  userid: required(id()),
  username: username.optional(),
  ...profile,
  current_passwd: text({ mayBeEmpty: false }).optional(),
  ...password,
  ...console,
  medias: list(either(hasMediaId, knownMedia, newMedia)).optional(),
});
const createSchema = object({
  username: required(username),
  ...profile,
  ...password,
  ...console,
  medias: list(newMedia).optional(),
});

type Given = Omit<z.output<typeof updateSchema>, 'userid'>;

/** The fields in the words of the domain. */
function fieldsOf(given: Given) {
  return {
    username: given.username,
    name: given.name,
    surname: given.surname,
    currentPassword: given.current_passwd,
    password: given.passwd,
    url: given.url,
    autologin: given.autologin,
    autologout: given.autologout === undefined ? undefined : withoutZeros(given.autologout),
    lang: given.lang,
    refresh: given.refresh,
    theme: given.theme,
    rowsPerPage: given.rows_per_page,
    timezone: given.timezone,
    roleId: given.roleid,
    groupIds: given.usrgrps?.map(({ usrgrpid }) => usrgrpid),
    medias: given.medias?.map(mediaChange),
  };
}

/** `0m` is none as `0` is. */
function withoutZeros(span: string): string {
  return /^0+[smhdw]?$/.test(span) ? '0' : span;
}

function checkGroupsUnique(all: readonly Given[]): void {
  for (const [at, { usrgrps = [] }] of all.entries()) {
    const given = usrgrps.map(({ usrgrpid }) => usrgrpid);
    checkUnique(`/${at + 1}/usrgrps`, 'usrgrpid', given);
  }
}

/** @throws RpcError */
export function userChanges(params: unknown): UserChange[] {
  const given = parsed(z.array(updateSchema), asObjects(params));
  checkUnique(
    '',
    'userid',
    given.map(({ userid }) => userid),
  );
  checkUnique(
    '',
    'username',
    given.map((one) => one.username),
  );
  checkGroupsUnique(given);
  return given.map((one) => ({ id: one.userid, ...fieldsOf(one) }));
}

/** @throws RpcError */
export function newUsers(params: unknown): NewUser[] {
  const given = parsed(z.array(createSchema), asObjects(params));
  checkUnique(
    '',
    'username',
    given.map((one) => one.username),
  );
  checkGroupsUnique(given);
  return given.map((one) => ({ ...fieldsOf(one), username: one.username }));
}

/** A list of ids, each once, never none. @throws RpcError */
export function idList(params: unknown): string[] {
  const given = parsed(z.array(id()), asObjects(params));
  checkUnique('', null, given);
  return given;
}
