// What the functions are told by their environment, checked once per container.
import * as z from 'zod';
import { CERTIFICATE_DAYS, MOST_CERTIFICATE_DAYS } from '../shared/domain/certificate.ts';
import { slugSchema } from '../shared/domain/identifiers.ts';

/** Signature algorithms that a caller's token may use; shared secrets and `none` are not among them. */
const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

/** A list by commas, as settings hold it. */
export const algorithmList = z
  .string()
  .transform((list) => list.split(',').map((name) => name.trim()))
  .pipe(z.array(z.enum(JWT_ALGORITHMS)).min(1));

/** `value=tenant` by commas: which tenant a claim stands for, where it does not name it itself. */
export const tenantTable = z
  .string()
  .transform((list) => list.split(',').map((entry) => entry.trim().split(/=(?=[^=]*$)/)))
  .pipe(z.array(z.tuple([z.string().min(1), slugSchema])).min(1))
  .transform((entries) => new Map(entries));

/** A list of texts by commas. */
const textList = z
  .string()
  .transform((list) => list.split(',').map((text) => text.trim()))
  .pipe(z.array(z.string().min(1)).min(1));

/** A time zone by its IANA name. */
export const timeZone = z.string().refine((zone) => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
}, 'an IANA time zone, like America/La_Paz');

const storeSchema = z
  .object({
    TABLE_NAME: z.string().min(1),
    /** Hex of at least 32 bytes: the key of every HMAC in the ledger. */
    SERENO_SECRET: z.string().regex(/^([0-9a-f]{2}){32,}$/i, 'hex of at least 32 bytes'),
  })
  .transform((env) => ({ tableName: env.TABLE_NAME, secret: Buffer.from(env.SERENO_SECRET, 'hex') }));

/** Calls of one tenant that may wait for terminals at a time: docs/deploy.md has the reckoning. */
export const CALLS_PER_TENANT = 100;

const callsSchema = z
  .object({ CALLS_PER_TENANT: z.coerce.number().int().min(1).default(CALLS_PER_TENANT) })
  .transform((env) => ({ perTenant: env.CALLS_PER_TENANT }));

/** What seals: a key of KMS, or a key file where there is none. */
const sealSchema = z.union([
  z
    .object({ SEAL_KMS_KEY: z.string().startsWith('arn:') })
    .transform((env) => ({ kmsKey: env.SEAL_KMS_KEY })),
  z.object({ SEAL_KEY_FILE: z.string().min(1) }).transform((env) => ({ keyFile: env.SEAL_KEY_FILE })),
]);

const directorySchema = z
  .object({ TABLE_NAME: z.string().min(1) })
  .transform((env) => ({ tableName: env.TABLE_NAME }));

/** Where the console's files lie, if not beside the function. */
const consoleSchema = z
  .object({ CONSOLE_DIR: z.string().min(1) })
  .transform((env) => ({ folder: env.CONSOLE_DIR }));

/** Where agents reach the API; without a slash at its end. */
const publicSchema = z
  .object({ PUBLIC_URL: z.url() })
  .transform((env) => ({ url: env.PUBLIC_URL.replace(/\/+$/, '') }));

const enrolmentSchema = z
  .object({
    IOT_POLICY_NAME: z.string().min(1),
    IOT_THING_TYPE: z.string().min(1),
    /** PEM of the root that signed the broker's certificate, where it is not Amazon's. */
    IOT_ROOT_CA: z.string().startsWith('-----BEGIN CERTIFICATE-----').optional(),
    /** For how many days agents use a certificate. */
    CERTIFICATE_DAYS: z.coerce.number().int().min(1).max(MOST_CERTIFICATE_DAYS).default(CERTIFICATE_DAYS),
  })
  .transform((env) => ({
    policyName: env.IOT_POLICY_NAME,
    thingType: env.IOT_THING_TYPE,
    rootCa: env.IOT_ROOT_CA,
    days: env.CERTIFICATE_DAYS,
  }));

/** Which tenant a call of JSON-RPC is for, where its path does not say it. */
const tenantSchema = z
  .object({ TENANT_DOMAIN: z.string().min(1).optional(), TENANT: slugSchema.optional() })
  .transform((env) => ({ domain: env.TENANT_DOMAIN, tenant: env.TENANT }));

/** Networks besides the internet that webhooks may be delivered to, by commas: `private`, `loopback`. */
const webhookSchema = z
  .object({ WEBHOOK_NETWORKS: z.string().default('') })
  .transform((env) => env.WEBHOOK_NETWORKS.split(',').filter((name) => name !== ''))
  .pipe(z.array(z.enum(['private', 'loopback'])))
  .transform((networks) => ({ networks: new Set(networks) }));

/** Until then what happens is gathered, so that a storm is one notice. */
export const GATHER_SECONDS = 60;

const alertSchema = z
  .object({
    ALERT_GATHER_SECONDS: z.coerce.number().min(0).max(3600).default(GATHER_SECONDS),
    /** Of operators who have chosen none. */
    ALERT_TIMEZONE: timeZone.default('UTC'),
  })
  .transform((env) => ({ gatherMs: env.ALERT_GATHER_SECONDS * 1000, zone: env.ALERT_TIMEZONE }));

export const MAIL_SECURITY = ['starttls', 'tls', 'none'] as const;
const MAIL_PORTS = { starttls: 587, tls: 465, none: 25 } as const;

/** The server that mail is handed to. */
const mailSchema = z
  .object({
    SMTP_HOST: z.hostname('a host name'),
    SMTP_PORT: z.coerce.number('a port').int('a port').min(1, 'a port').max(65_535, 'a port').optional(),
    SMTP_SECURITY: z.enum(MAIL_SECURITY, `one of ${MAIL_SECURITY.join(', ')}`).default('starttls'),
    SMTP_USER: z.string().min(1).optional(),
    SMTP_PASSWORD: z.string().min(1).optional(),
    /** PEM of the root of the server's certificate, where it is not a public one. */
    SMTP_CA: z.string().startsWith('-----BEGIN CERTIFICATE-----', 'a certificate, PEM').optional(),
    MAIL_FROM: z.string('whom mail is from').includes('@', 'an e-mail address, Name <address> too'),
  })
  .refine((env) => (env.SMTP_USER === undefined) === (env.SMTP_PASSWORD === undefined), {
    path: ['SMTP_PASSWORD'],
    error: 'a user and a password, or neither',
  })
  .refine((env) => env.SMTP_SECURITY !== 'none' || env.SMTP_USER === undefined, {
    path: ['SMTP_SECURITY'],
    error: 'no password goes over a line that is not encrypted',
  })
  .transform((env) => ({
    host: env.SMTP_HOST,
    port: env.SMTP_PORT ?? MAIL_PORTS[env.SMTP_SECURITY],
    security: env.SMTP_SECURITY,
    user: env.SMTP_USER,
    password: env.SMTP_PASSWORD,
    ca: env.SMTP_CA,
    from: env.MAIL_FROM,
  }));

export type MailConfig = z.output<typeof mailSchema>;

/** The mail server of an environment; null: none is set. @throws ZodError */
export function mailOf(env: Readonly<Record<string, string | undefined>>): MailConfig | null {
  return (env.SMTP_HOST ?? '') === '' ? null : mailSchema.parse(env);
}

/** What is wrong with its settings, a sentence each; never a value. */
export function mailTroubles(env: Readonly<Record<string, string | undefined>>): string[] {
  if ((env.SMTP_HOST ?? '') === '') return [];
  const { error } = mailSchema.safeParse(env);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

/** Entries of the audit log are kept so long where nothing else is set: a year, and a month to look into it. */
export const AUDIT_DAYS = 400;

const auditSchema = z
  .object({ AUDIT_DAYS: z.coerce.number().int().min(1).default(AUDIT_DAYS) })
  .transform((env) => ({ days: env.AUDIT_DAYS }));

const jwtSchema = z
  .object({
    JWT_ISSUER: z.string().min(1),
    JWT_AUDIENCE: textList,
    JWKS_URL: z.url().optional(),
    JWT_ALGORITHMS: algorithmList.prefault('RS256,ES256'),
    JWT_TENANT_CLAIM: z.string().min(1).default('tenant'),
    JWT_SCOPE_CLAIM: z.string().min(1).default('scope'),
    /** Names the operator whose rights a token has; left out, a token has its own scopes. */
    JWT_OPERATOR_CLAIM: z.string().min(1).optional(),
    /** Names the sites that a token is for; left out, it is for all. */
    JWT_SITES_CLAIM: z.string().min(1).optional(),
    /** What the values of the tenant claim stand for; without it each names a tenant itself. */
    JWT_TENANTS: tenantTable.optional(),
    /** What the scopes for this API begin with; others do not count. */
    JWT_SCOPE_PREFIX: z.string().default(''),
  })
  .transform((env) => ({
    issuer: env.JWT_ISSUER,
    audiences: env.JWT_AUDIENCE,
    jwksUrl: new URL(env.JWKS_URL ?? `${env.JWT_ISSUER.replace(/\/$/, '')}/.well-known/jwks.json`),
    algorithms: env.JWT_ALGORITHMS,
    tenantClaim: env.JWT_TENANT_CLAIM,
    scopeClaim: env.JWT_SCOPE_CLAIM,
    operatorClaim: env.JWT_OPERATOR_CLAIM,
    sitesClaim: env.JWT_SITES_CLAIM,
    tenants: env.JWT_TENANTS,
    scopePrefix: env.JWT_SCOPE_PREFIX,
  }));

export type JwtConfig = z.output<typeof jwtSchema>;

/** Reads `schema` from the environment at the first call and keeps it; throws ZodError naming what is wrong. */
function once<T>(schema: z.ZodType<T>): () => T {
  let value: { readonly config: T } | null = null;
  return () => {
    value ??= { config: schema.parse(process.env) };
    return value.config;
  };
}

/** Settings of the functions that send commands: the table and the key of its HMACs. */
export const storeConfig = once(storeSchema);
/** How many calls may wait. */
export const callsConfig = once(callsSchema);
/** Settings of the functions that seal. */
export const sealConfig = once(sealSchema);
/** Settings of the functions that only read or write the directory. */
export const directoryConfig = once(directorySchema);
/** What the API's callers are told of its address. */
export const publicConfig = once(publicSchema);
/** Settings of the console's files. */
export const consoleConfig = once(consoleSchema);
/** Settings of the JSON-RPC face. */
export const tenantConfig = once(tenantSchema);
/** Settings of the functions that deliver to webhooks. */
export const webhookConfig = once(webhookSchema);
/** Settings of alerts. */
export const alertConfig = once(alertSchema);
/** Settings of who looks after the audit log. */
export const auditConfig = once(auditSchema);
/** Settings of the authorizer. */
export const jwtConfig = once(jwtSchema);
/** Settings of the function that hands out certificates. */
export const enrolmentConfig = once(enrolmentSchema);
