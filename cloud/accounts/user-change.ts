// What may be asked to change of a user, as every face hands it in, and how it lands in the row.
import type { Media, User } from './model.ts';

export interface MediaChange {
  readonly id?: string | undefined;
  readonly mediaTypeId?: string | undefined;
  readonly sendTo?: string | readonly string[] | undefined;
  readonly active?: boolean | undefined;
  readonly severity?: number | undefined;
  readonly period?: string | undefined;
}

export interface UserFields {
  readonly username?: string | undefined;
  readonly name?: string | undefined;
  readonly surname?: string | undefined;
  readonly currentPassword?: string | undefined;
  readonly password?: string | undefined;
  readonly url?: string | undefined;
  readonly autologin?: boolean | undefined;
  readonly autologout?: string | undefined;
  readonly lang?: string | undefined;
  readonly refresh?: string | undefined;
  readonly theme?: string | undefined;
  readonly rowsPerPage?: number | undefined;
  readonly timezone?: string | undefined;
  readonly roleId?: string | undefined;
  readonly groupIds?: readonly string[] | undefined;
  readonly medias?: readonly MediaChange[] | undefined;
}

export type UserChange = UserFields & { readonly id: string };
export type NewUser = UserFields & { readonly username: string };

/** Who asks. The command line is nobody, and may do everything. */
export interface Caller {
  readonly id: string | null;
  readonly isSuperAdmin: boolean;
}

/** The fields that are copied as they are. */
const PLAIN = [
  'username',
  'name',
  'surname',
  'url',
  'lang',
  'refresh',
  'theme',
  'rowsPerPage',
  'timezone',
  'roleId',
] as const;

/** What is told of a change to whoever reads the audit: names of fields, never values. */
export function fieldsOf({ currentPassword: _, ...fields }: UserFields & { readonly id?: string }): string[] {
  return Object.keys(fields).filter(
    (name) => name !== 'id' && fields[name as keyof typeof fields] !== undefined,
  );
}

/** One of the two switches the other off, unless both were asked for. */
function loginTimes(user: User, { autologin, autologout }: UserFields) {
  if (autologin === undefined && autologout === undefined) return {};
  const off = autologout !== undefined && autologout !== '0' ? false : user.autologin;
  const next = autologin ?? off;
  return { autologin: next, autologout: autologout ?? (next ? '0' : user.autologout) };
}

/**
 * The user with these fields changed.
 *
 * @param password the hash of the new one and whether somebody else chose it, or null where none was given
 */
export function changed(
  user: User,
  fields: UserFields,
  password: { readonly hash: string; readonly passwordGiven: boolean } | null,
  medias: readonly Media[],
): User {
  const plain = Object.fromEntries(
    PLAIN.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])),
  ) as Partial<User>;
  return {
    ...user,
    ...plain,
    ...loginTimes(user, fields),
    ...(fields.groupIds === undefined ? {} : { groupIds: [...fields.groupIds] }),
    ...(password === null ? {} : { ...password, epoch: user.epoch + 1 }),
    medias: [...medias],
  };
}
