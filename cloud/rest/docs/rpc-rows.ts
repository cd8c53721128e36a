// What the `get` methods of the JSON-RPC face give, as OpenAPI tells it: ids and numbers are texts there.
import * as z from 'zod';

const text = z.string();
/** `0` or `1`. */
const flag = z.enum(['0', '1']);
const seconds = z.string().meta({ description: 'Seconds since 1970, as text.' });

const siteRight = z.strictObject({
  site: text.meta({ description: '`*`: every branch.' }),
  permission: z.enum(['0', '2', '3']).meta({ description: '0 deny, 2 read, 3 read and write.' }),
});

const group = z.strictObject({
  usrgrpid: text,
  name: text,
  gui_access: text,
  users_status: flag.meta({ description: '1: its members are shut out.' }),
  debug_mode: flag,
  userdirectoryid: text,
  site_rights: z.array(siteRight),
});

const rules = z.strictObject({
  'api.access': flag,
  'api.mode': flag.meta({ description: '0: all methods but those of `api`; 1: those alone.' }),
  api: z.array(text),
  actions: z.array(z.strictObject({ name: z.literal('manage_api_tokens'), status: flag })),
  'rest.scopes': z.array(text).meta({ description: 'As they are in effect.' }),
});

const role = z.strictObject({
  roleid: text,
  name: text,
  type: z.enum(['1', '2', '3']).meta({ description: '1 user, 2 admin, 3 super admin.' }),
  readonly: flag,
});

const media = z.strictObject({
  mediaid: text,
  mediatypeid: text.meta({ description: '1 e-mail, 3 webhook.' }),
  sendto: z.union([text, z.array(text)]),
  active: flag.meta({ description: '0: on.' }),
  severity: text.meta({ description: 'A bit for each severity.' }),
  period: text,
  provisioned: flag,
});

const user = z.strictObject({
  userid: text,
  username: text,
  name: text,
  surname: text,
  url: text,
  autologin: flag,
  autologout: text,
  lang: text,
  refresh: text,
  theme: text,
  attempt_failed: text,
  attempt_ip: text,
  attempt_clock: seconds,
  rows_per_page: text,
  timezone: text,
  roleid: text,
  userdirectoryid: text,
  ts_provisioned: text,
});

const token = z.strictObject({
  tokenid: text,
  userid: text,
  name: text,
  description: text,
  lastaccess: seconds,
  status: flag.meta({ description: '0: it is in use.' }),
  expires_at: seconds.meta({ description: 'Seconds since 1970, as text; 0: never.' }),
  created_at: seconds,
  creator_userid: text,
});

const alert = z.strictObject({
  alertid: text,
  clock: seconds,
  userid: text,
  mediatypeid: text,
  sendto: text,
  subject: text,
  message: text,
  status: z.enum(['0', '1', '2']).meta({ description: '0 waiting or withdrawn, 1 sent, 2 given up.' }),
  retries: text,
  error: text,
});

const mediaType = z.strictObject({ mediatypeid: text, name: text, type: text, status: text });

const site = z.strictObject({ site: text, name: text, permission: z.enum(['2', '3']) });

const authentication = z.strictObject({
  authentication_type: text,
  passwd_min_length: text,
  passwd_check_rules: text,
  login_attempts: text,
  login_block: text,
  ldap_auth_enabled: text,
  saml_auth_enabled: text,
  mfa_status: text,
});

/** By the name that the row has in the document. */
export const rpcRows = {
  RpcUser: user,
  RpcGroup: group,
  RpcRole: role,
  RpcRoleRules: rules,
  RpcMedia: media,
  RpcMediaType: mediaType,
  RpcToken: token,
  RpcAlert: alert,
  RpcSite: site,
  RpcAuthentication: authentication,
} as const;
