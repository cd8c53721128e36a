// The environment variables of a function, by what it needs: cloud/config.ts reads them.

import { SecretValue } from 'aws-cdk-lib';
import { agentPolicyName, thingTypeName } from '../stage-names.ts';
import type { Settings } from './settings.ts';
import type { Sight } from './shapes.ts';

export interface Surroundings {
  readonly settings: Settings;
  readonly tableName: string;
  readonly secret: string;
  /** ARN of the key that data keys are wrapped under. */
  readonly sealKey: string;
  /** Where the IoT data plane is, as a URL. */
  readonly dataPlane: string;
}

/** Without what is left out. */
function given(all: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** What the authorizer knows about the issuer; settings left out keep the function's own defaults. */
function jwt({ issuer, audience, jwksUrl, algorithms, tenantClaim, scopeClaim, ...rest }: Settings) {
  const all = {
    JWT_ISSUER: issuer,
    JWT_AUDIENCE: audience,
    JWKS_URL: jwksUrl,
    JWT_ALGORITHMS: algorithms,
    JWT_TENANT_CLAIM: tenantClaim,
    JWT_SCOPE_CLAIM: scopeClaim,
    JWT_TENANTS: rest.tenants,
    JWT_SCOPE_PREFIX: rest.scopePrefix,
    JWT_OPERATOR_CLAIM: rest.operatorClaim,
    JWT_SITES_CLAIM: rest.sitesClaim,
  };
  return given(all);
}

/** Where alerts are mailed. The password is a reference that CloudFormation resolves, and in no template. */
function mail({ smtpHost, smtpPort, smtpSecurity, smtpUser, smtpSecret, mailFrom }: Settings) {
  const all = {
    SMTP_HOST: smtpHost,
    SMTP_PORT: smtpPort?.toString(),
    SMTP_SECURITY: smtpSecurity,
    SMTP_USER: smtpUser,
    SMTP_PASSWORD:
      smtpSecret === undefined ? undefined : SecretValue.secretsManager(smtpSecret).unsafeUnwrap(),
    MAIL_FROM: mailFrom,
  };
  return given(all);
}

const groups: Readonly<Record<Sight, (around: Surroundings) => Record<string, string>>> = {
  table: ({ tableName }) => ({ TABLE_NAME: tableName }),
  secret: ({ secret }) => ({ SERENO_SECRET: secret }),
  calls: ({ settings }) => ({ CALLS_PER_TENANT: String(settings.callsPerTenant) }),
  // The SDK reads it.
  line: ({ dataPlane }) => ({ AWS_ENDPOINT_URL_IOT_DATA_PLANE: dataPlane }),
  seal: ({ sealKey }) => ({ SEAL_KMS_KEY: sealKey }),
  jwt: ({ settings }) => jwt(settings),
  tenants: ({ settings: { tenant, tenantDomain } }) => ({
    ...(tenant === undefined ? {} : { TENANT: tenant }),
    ...(tenantDomain === undefined ? {} : { TENANT_DOMAIN: tenantDomain }),
  }),
  enrolment: ({ settings }) => ({
    IOT_POLICY_NAME: agentPolicyName(settings.stage),
    IOT_THING_TYPE: thingTypeName(settings.stage),
    CERTIFICATE_DAYS: String(settings.certificateDays),
  }),
  audit: ({ settings }) => ({ AUDIT_DAYS: String(settings.auditDays) }),
  alerts: ({ settings: { gatherSeconds, timezone } }) =>
    given({ ALERT_GATHER_SECONDS: String(gatherSeconds), ALERT_TIMEZONE: timezone }),
  mail: ({ settings }) => mail(settings),
  webhooks: ({ settings }): Record<string, string> =>
    settings.privateWebhooks ? { WEBHOOK_NETWORKS: 'private' } : {},
};

export function environmentOf(sees: readonly Sight[], around: Surroundings): Record<string, string> {
  const seen = sees.map((sight) => groups[sight](around));
  return Object.assign(
    { POWERTOOLS_METRICS_NAMESPACE: 'Sereno', POWERTOOLS_SERVICE_NAME: 'sereno' },
    ...seen,
  );
}
