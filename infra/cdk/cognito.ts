// An issuer of tokens in the same stack, for who has none: a user pool without users, a resource server with the scopes of the
// API, and for each company a client that gets its tokens with a secret of its own.
import { Aws, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRecovery,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  type UserPoolResourceServer,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { NARROW_SCOPES, SCOPES } from '../../shared/api/scopes.ts';
import { acknowledge } from './acknowledge.ts';
import type { Settings } from './settings.ts';

/** What the scopes begin with: `sereno/users:read`. */
const SERVER = 'sereno';
const TOKEN_HOURS = 1;

const scopes = [...SCOPES, ...NARROW_SCOPES].map(
  (scopeName) => new ResourceServerScope({ scopeName, scopeDescription: scopeName }),
);

export interface CognitoProps {
  readonly stage: string;
  /** A client for each. */
  readonly tenants: readonly string[];
  /** Of the address that gives tokens; once in a region, whoever's account. */
  readonly prefix: string | undefined;
}

type JwtSettings = Pick<Settings, 'issuer' | 'audience' | 'tenantClaim' | 'tenants' | 'scopePrefix'>;

export class CognitoIssuer extends Construct {
  /** What the authorizer has to know of it. */
  readonly settings: JwtSettings;

  constructor(scope: Construct, id: string, { stage, tenants, prefix }: CognitoProps) {
    super(scope, id);
    const pool = this.#pool(stage);
    const server = pool.addResourceServer('Server', { identifier: SERVER, scopes });
    const domain = pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: prefix ?? `sereno-${stage}-${Aws.ACCOUNT_ID}` },
    });
    const clients = tenants.map((tenant) => [tenant, this.#client(pool, server, tenant)] as const);
    this.settings = {
      issuer: `https://cognito-idp.${Stack.of(this).region}.${Aws.URL_SUFFIX}/${pool.userPoolId}`,
      audience: clients.map(([, client]) => client).join(','),
      tenantClaim: 'client_id',
      tenants: clients.map(([tenant, client]) => `${client}=${tenant}`).join(','),
      scopePrefix: `${SERVER}/`,
    };
    new CfnOutput(this, 'TokenUrl', { value: `${domain.baseUrl()}/oauth2/token` });
    new CfnOutput(this, 'UserPoolId', { value: pool.userPoolId });
    for (const [tenant, client] of clients) new CfnOutput(this, `Client-${tenant}`, { value: client });
  }

  #pool(stage: string): UserPool {
    const pool = new UserPool(this, 'Pool', {
      userPoolName: `sereno-${stage}`,
      selfSignUpEnabled: false,
      accountRecovery: AccountRecovery.NONE,
      passwordPolicy: {
        minLength: 16,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
      },
      // Its clients and their secrets are in programs that nobody wants to set up again.
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const nobody = 'No person has an account in this pool: its clients are programs with a secret.';
    acknowledge(pool, 'AwsSolutions-COG2', nobody);
    acknowledge(pool, 'AwsSolutions-COG3', nobody);
    acknowledge(pool, 'AwsSolutions-COG8', nobody);
    return pool;
  }

  /** The id of the client; its secret is asked for by who deploys, and is in no template or output. */
  #client(pool: UserPool, server: UserPoolResourceServer, tenant: string): string {
    const client = pool.addClient(`Client-${tenant}`, {
      userPoolClientName: tenant,
      generateSecret: true,
      accessTokenValidity: Duration.hours(TOKEN_HOURS),
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      oAuth: {
        flows: { clientCredentials: true },
        scopes: scopes.map((scope) => OAuthScope.resourceServer(server, scope)),
      },
    });
    return client.userPoolClientId;
  }
}
