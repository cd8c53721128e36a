// What is kept of operators: users, groups, roles, tokens and the settings of a tenant, as rows and as types.
import * as z from 'zod';

const count = z.number().int().min(0);

const mediaSchema = z.object({
  id: z.string(),
  mediaTypeId: z.string(),
  /** One address, or several of an e-mail. */
  sendTo: z.array(z.string()),
  active: z.boolean(),
  /** A bit for each severity. */
  severity: count,
  period: z.string(),
  provisioned: z.boolean().default(false),
});

export const userSchema = z.object({
  id: z.string(),
  username: z.string(),
  /** Null: nobody can log in as this user. */
  hash: z.string().nullable(),
  /** Counts the passwords of this user: a session that began under an earlier one is over. */
  epoch: count,
  /** Somebody else chose the password: the console asks for one's own before anything else. */
  passwordGiven: z.boolean().default(false),
  name: z.string(),
  surname: z.string(),
  url: z.string(),
  autologin: z.boolean(),
  autologout: z.string(),
  lang: z.string(),
  refresh: z.string(),
  theme: z.string(),
  rowsPerPage: count,
  timezone: z.string(),
  /** `0`: no role. */
  roleId: z.string(),
  groupIds: z.array(z.string()),
  medias: z.array(mediaSchema),
  /** Made by a directory of users, which alone may change some of it. */
  provisioned: z.boolean().default(false),
});

/** What a group allows at a site; `*` is every site. */
const siteRightSchema = z.object({
  site: z.string(),
  permission: z.enum(['deny', 'read', 'write']),
});

export const groupSchema = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  /** 0 as the system has it, 1 internal, 2 LDAP, 3 none. */
  guiAccess: count,
  debug: z.boolean(),
  siteRights: z.array(siteRightSchema),
});

/** 1 user, 2 admin, 3 super admin. */
const userTypeSchema = z.union([z.literal(1), z.literal(2), z.literal(3)]);

export const roleSchema = z.object({
  id: z.string(),
  name: z.string(),
  type: userTypeSchema,
  readonly: z.boolean(),
  /** False: no method at all. */
  apiAccess: z.boolean(),
  /** True: only the methods of the list; false: all but those. */
  apiAllowList: z.boolean(),
  /** `user.update`, `user.*`, `*.update`, `*`; empty: every method. */
  methods: z.array(z.string()),
  /** Of REST; null: what its type of user has by default. */
  scopes: z.array(z.string()).nullable(),
  managesTokens: z.boolean(),
});

export const tokenSchema = z.object({
  id: z.string(),
  userId: z.string(),
  name: z.string(),
  description: z.string(),
  /** SHA-256 of the token; null before it was generated. */
  hash: z.string().nullable(),
  enabled: z.boolean(),
  /** Epoch seconds; 0 never. */
  expiresAt: count,
  createdAt: count,
  creatorId: z.string(),
});

export const settingsSchema = z.object({
  passwordMinLength: count,
  /** 1 both cases, 2 a digit, 4 a special character, 8 nothing that is easy to guess. */
  passwordRules: count,
  loginAttempts: count,
  loginBlockSeconds: count,
});

export const KINDS = ['user', 'group', 'role', 'token', 'media'] as const;
export type Kind = (typeof KINDS)[number];

/** One for each tenant: every change of accounts passes through it, and takes its new ids there. */
export const headSchema = z.object({ version: count, last: z.record(z.enum(KINDS), count) });

export type User = z.infer<typeof userSchema>;
export type Media = z.infer<typeof mediaSchema>;
export type Group = z.infer<typeof groupSchema>;
export type SiteRight = z.infer<typeof siteRightSchema>;
export type Role = z.infer<typeof roleSchema>;
export type Token = z.infer<typeof tokenSchema>;
export type Settings = z.infer<typeof settingsSchema>;
export type Head = z.infer<typeof headSchema>;
export type UserType = z.infer<typeof userTypeSchema>;

/** All accounts of a tenant as they were at one version. */
export interface Snapshot {
  readonly head: Head;
  readonly users: ReadonlyMap<string, User>;
  readonly groups: ReadonlyMap<string, Group>;
  readonly roles: ReadonlyMap<string, Role>;
  readonly tokens: ReadonlyMap<string, Token>;
  readonly settings: Settings;
}
