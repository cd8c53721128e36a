// The environment of the functions in local mode: what Lambda and the stacks would set.
import { mailTroubles } from '../../cloud/config.ts';
import { agentPolicyName, thingTypeName } from '../stage-names.ts';
import type { Credentials } from './aws/sigv4.ts';
import { AUDIENCE, ISSUER } from './issuer.ts';

export const REGION = 'local';
/** The name of the policy that the broker applies. */
export const AGENT_POLICY = agentPolicyName(REGION);
export const AGENT_TYPE = thingTypeName(REGION);

export interface FunctionEnvironment {
  readonly credentials: Credentials;
  readonly tableName: string;
  readonly dynamoUrl: string;
  readonly dataPlaneUrl: string;
  readonly controlPlaneUrl: string;
  /** The root that the broker's certificate is signed by, PEM. */
  readonly rootCa: string;
  readonly secret: string;
  /** Of the key that is sealed under. */
  readonly sealKeyFile: string;
  /** Of operators who name none. */
  readonly tenant: string;
  /** For how long what happens is gathered before operators are told of it. */
  readonly gatherSeconds: number;
}

const MAIL = /^(SMTP_|MAIL_)/;

export class MailSettingsError extends Error {
  override readonly name = 'MailSettingsError';
  readonly code = 'MAIL_SETTINGS';
}

/** @throws MailSettingsError that names what is wrong with the settings of the mail server */
export function checkMail(): void {
  const troubles = mailTroubles(process.env);
  if (troubles.length > 0)
    throw new MailSettingsError(`The mail server's settings will not do:\n${troubles.join('\n')}`);
}

/** The settings of the mail server, for the functions alone. */
function mailEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) => MAIL.test(name));
  return Object.fromEntries(entries) as Record<string, string>;
}

/** This process's environment without the password of the mail server, for processes that send none. */
export function withoutMail(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !MAIL.test(name)));
}

/** This process's environment without anything that points an AWS SDK elsewhere: profiles, keys, endpoints. */
export function cleanEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^(AWS_|SERENO_|JWT_|IOT_|TENANT|WEBHOOK_|AUDIT_|ALERT_|SEAL_|SMTP_|MAIL_)/.test(name),
  );
  return Object.fromEntries(entries) as Record<string, string>;
}

export function functionEnvironment(settings: FunctionEnvironment): Record<string, string> {
  const { credentials, tableName, dynamoUrl, dataPlaneUrl, controlPlaneUrl, rootCa, secret, tenant } =
    settings;
  const { gatherSeconds, sealKeyFile } = settings;
  return {
    LOG_LEVEL: 'INFO',
    ...cleanEnvironment(),
    ...mailEnvironment(),
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoUrl,
    AWS_ENDPOINT_URL_IOT_DATA_PLANE: dataPlaneUrl,
    AWS_ENDPOINT_URL_IOT: controlPlaneUrl,
    IOT_ROOT_CA: rootCa,
    IOT_POLICY_NAME: AGENT_POLICY,
    IOT_THING_TYPE: AGENT_TYPE,
    TABLE_NAME: tableName,
    JWT_ISSUER: ISSUER,
    JWT_AUDIENCE: AUDIENCE,
    SERENO_SECRET: secret,
    SEAL_KEY_FILE: sealKeyFile,
    TENANT: tenant,
    // Whoever tries webhooks here has his receiver on this machine.
    WEBHOOK_NETWORKS: 'private,loopback',
    // Whoever tries alerts here waits for them.
    ALERT_GATHER_SECONDS: String(gatherSeconds),
    ALERT_TIMEZONE: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

/** An access key for this run only. */
export function newCredentials(): Credentials {
  const hex = (bytes: number): string =>
    Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('hex');
  return { accessKeyId: `LOCAL${hex(8).toUpperCase()}`, secretAccessKey: hex(32) };
}
