// What an operator may choose with `cdk deploy -c name=value`, checked before anything is built.
import type { Node } from 'constructs';
import * as z from 'zod';
import {
  AUDIT_DAYS,
  algorithmList,
  CALLS_PER_TENANT,
  GATHER_SECONDS,
  MAIL_SECURITY,
  tenantTable,
  timeZone,
} from '../../cloud/config.ts';
import { CERTIFICATE_DAYS, MOST_CERTIFICATE_DAYS } from '../../shared/domain/certificate.ts';
import { slugSchema } from '../../shared/domain/identifiers.ts';
import { LOG_DAYS } from './kept-logs.ts';

/** An issuer that does not exist: every token is refused, the safe default before configuration. */
export const NO_ISSUER = 'https://issuer.invalid/';

/** Whoever can change what is read over plain HTTP could sign their own tokens. */
const https = z.url({
  protocol: /^https$/,
  hostname: z.regexes.hostname,
  error: 'a URL that begins with https://',
});
const choice = z.string().min(1);
const aCount = { error: 'a whole number from 1 on' };
const count = z.coerce.number(aCount).int(aCount).min(1, aCount);

const aCountOrNone = { error: 'a whole number from 0 on' };
const orNone = z.coerce.number(aCountOrNone).int(aCountOrNone).min(0, aCountOrNone);

const yesOrNo = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')], {
  error: 'true or false',
});

const schema = z
  .strictObject({
    /** Part of every name. One stage per account and region: topics and client ids carry no stage. */
    stage: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,15}$/, 'a-z, 0-9 and -, at most 16 characters')
      .default('prod'),
    /** `iss` of the callers' tokens. */
    issuer: https.default(NO_ISSUER),
    /** `aud` of the callers' tokens. */
    audience: choice.default('sereno'),
    /** Where the issuer's keys are; left out, `{issuer}/.well-known/jwks.json`. */
    jwksUrl: https.optional(),
    /** Allowed signature algorithms, comma-separated. */
    algorithms: algorithmList.transform((names) => names.join(',')).optional(),
    /** Companies, by commas: a Cognito issuer in this stack, with a client for each, instead of one of yours. */
    cognito: z
      .string()
      .transform((list) => list.split(',').map((name) => name.trim()))
      // The authorizer has them in its environment, which is 4 KB.
      .pipe(z.array(slugSchema).max(50, 'at most 50 companies'))
      .refine((names) => new Set(names).size === names.length, 'each company once')
      .optional(),
    /** Of the address where it gives tokens, `{prefix}.auth.{region}.amazoncognito.com`. */
    cognitoPrefix: z
      .string()
      .regex(
        /^(?!.*(aws|amazon|cognito))[a-z0-9](-?[a-z0-9])*$/,
        'a-z, 0-9 and -, without aws, amazon or cognito',
      )
      .max(63)
      .optional(),
    tenantClaim: choice.optional(),
    scopeClaim: choice.optional(),
    /** `value=tenant` by commas: what the values of the tenant claim stand for. */
    tenants: z
      .string()
      .refine((list) => tenantTable.safeParse(list).success, 'value=tenant, comma-separated')
      .optional(),
    /** What the scopes for this API begin with, `sereno/`. */
    scopePrefix: choice.optional(),
    /** The claim that names the operator whose rights a token has. */
    operatorClaim: choice.optional(),
    /** The claim that names the sites a token is for. */
    sitesClaim: choice.optional(),
    /** The tenant of operators who name none when they log in. */
    tenant: slugSchema.optional(),
    /** `acme.{tenantDomain}` is the address of the tenant acme for its operators. */
    tenantDomain: z.hostname({ error: 'a host name, like ops.example.com' }).optional(),
    /** The API's own name, `api.example.com`. */
    domain: z.hostname({ error: 'a host name, like api.example.com' }).optional(),
    /** A certificate for `domain` in this region; left out, one is asked for and waits for its DNS record. */
    certificateArn: z.string().startsWith('arn:', 'an ARN of an ACM certificate').optional(),
    alarmEmail: z.email({ error: 'an e-mail address' }).optional(),
    /** `false`: the account has logging of IoT Core already. */
    iotLogging: yesOrNo.default(true),
    /** How many agents may go away within 15 minutes before an alarm. */
    agentsLost: count.default(5),
    /** `true`: webhooks may go to private addresses, too, and by plain HTTP. */
    privateWebhooks: yesOrNo.default(false),
    /** The mail server that alerts are handed to; without one there are none by mail. */
    smtpHost: z.hostname({ error: 'a host name, like email-smtp.eu-west-1.amazonaws.com' }).optional(),
    smtpPort: count.optional(),
    smtpSecurity: z.enum(MAIL_SECURITY).optional(),
    smtpUser: choice.optional(),
    /** The secret of Secrets Manager that holds the password and nothing else, by name or ARN. */
    smtpSecret: choice.optional(),
    /** Whom mail is from. */
    mailFrom: choice.regex(/@/, 'an e-mail address, Name <address> too').optional(),
    /** For how many seconds what happens is gathered before operators are told of it. */
    gatherSeconds: count.default(GATHER_SECONDS),
    /** Of operators who have chosen none. */
    timezone: timeZone.optional(),
    /** For how many days agents use a certificate, before they renew it by themselves. */
    certificateDays: count.max(MOST_CERTIFICATE_DAYS).default(CERTIFICATE_DAYS),
    /** For how many days entries of the audit log are kept. */
    auditDays: count.default(AUDIT_DAYS),
    /** Calls of one tenant that may wait for terminals at a time. */
    callsPerTenant: count.default(CALLS_PER_TENANT),
    /** Lambda's concurrency that is kept for the authorizer, and is its most; 0: none is. */
    reservedAuthorizer: orNone.default(100),
    /** The same for the function that hears of agents. */
    reservedPresence: orNone.default(50),
    /** A key of KMS of yours that encrypts the table and the failures queue, instead of AWS's own. */
    dataKey: z.string().startsWith('arn:', 'an ARN of a key of KMS').optional(),
    /** `true`: new versions of what callers wait for get a tenth of the calls for five minutes first. */
    canary: yesOrNo.default(false),
    /** For how many days logs are kept. */
    logDays: count.refine((days) => LOG_DAYS.includes(days), `one of ${LOG_DAYS.join(', ')}`).default(30),
    /** Where it is deployed; left out, where the credentials are at home. */
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-[0-9]$/, 'a region, like eu-west-1')
      .optional(),
    /** `false`: the stack may be deleted, which docs/deploy.md says how to do. */
    terminationProtection: yesOrNo.default(true),
    /** A table that is there, restored from a backup: the stack uses it instead of one of its own. */
    tableName: z
      .string()
      .regex(/^[a-zA-Z0-9_.-]{3,255}$/, 'the name of a table in this account and region')
      .optional(),
    /** What an earlier stack has left and its table was written with: the secret of the ledger's key, by its whole ARN. */
    ledgerSecret: z.string().startsWith('arn:', 'an ARN of a secret').optional(),
    /** The same of the key of KMS that sealed it. */
    sealKey: z.string().startsWith('arn:', 'an ARN of a key of KMS').optional(),
    /** Requests per second that the API takes from all callers together. */
    rateLimit: count.default(200),
  })
  .refine(({ domain, certificateArn }) => certificateArn === undefined || domain !== undefined, {
    path: ['certificateArn'],
    error: 'only with a domain',
  })
  .superRefine((given, context) => {
    const own = [
      ...(given.issuer === NO_ISSUER ? [] : ['issuer']),
      ...(given.audience === 'sereno' ? [] : ['audience']),
      ...(['jwksUrl', 'algorithms', 'tenantClaim', 'scopeClaim', 'tenants', 'scopePrefix'] as const).filter(
        (name) => given[name] !== undefined,
      ),
    ];
    const wrong = given.cognito === undefined ? [] : own;
    for (const name of wrong) {
      context.addIssue({
        code: 'custom',
        path: [name],
        message: 'not with cognito, which sets it by itself',
      });
    }
  })
  .refine(({ cognito, cognitoPrefix }) => cognitoPrefix === undefined || cognito !== undefined, {
    path: ['cognitoPrefix'],
    error: 'only with cognito',
  })
  .refine(({ smtpHost, mailFrom }) => smtpHost === undefined || mailFrom !== undefined, {
    path: ['mailFrom'],
    error: 'whom mail is from, where there is an smtpHost',
  })
  .refine(({ smtpUser, smtpSecret }) => (smtpUser === undefined) === (smtpSecret === undefined), {
    path: ['smtpSecret'],
    error: 'a user and a secret, or neither',
  })
  .refine(({ smtpUser, smtpSecurity }) => smtpUser === undefined || smtpSecurity !== 'none', {
    path: ['smtpSecurity'],
    error: 'no password goes over a line that is not encrypted',
  });
export type Settings = z.output<typeof schema>;

const NAMES = Object.keys(schema.shape);

/** The operator's settings are wrong; the message is for the operator. */
export class WrongSettings extends Error {
  readonly code = 'WRONG_SETTINGS';
}

/**
 * Checks settings by name; what is left out gets its default.
 *
 * @throws WrongSettings that names every setting that is wrong and what it may be
 */
export function settingsFrom(given: Readonly<Record<string, unknown>>): Settings {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `-c ${key}: no such setting; there are ${NAMES.join(', ')}`)
      : [`-c ${issue.path.join('.')}: ${issue.message}`],
  );
  throw new WrongSettings(`These settings will not do:\n${problems.join('\n')}`);
}

/** The CDK's own entries of the context hold one of these; a name without one is a setting. */
const NOT_A_SETTING = /[:@/]/;

/** The settings of the CDK context, see `settingsFrom`. */
export function settingsOf(node: Node): Settings {
  const all: Record<string, unknown> = node.getAllContext();
  const given = Object.entries(all).filter(([name, value]) => !NOT_A_SETTING.test(name) && value !== '');
  return settingsFrom(Object.fromEntries(given));
}
