// What bundles talk to in tests: the stand-ins of local mode for DynamoDB, the IoT data plane and the issuer of tokens.

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentOf } from '../../infra/cdk/environment.ts';
import type { LambdaName } from '../../infra/cdk/grants.ts';
import { settingsFrom } from '../../infra/cdk/settings.ts';
import { shapeOf } from '../../infra/cdk/shapes.ts';
import { arnOf, rolePolicies } from '../../infra/cdk/testing/policies.ts';
import { synthesized } from '../../infra/cdk/testing/synth.ts';
import { Broker } from '../../infra/local/broker/broker.ts';
import { LocalAuthority } from '../../infra/local/certs/authority.ts';
import { ControlPlane } from '../../infra/local/controlplane/server.ts';
import { DataPlane } from '../../infra/local/dataplane/server.ts';
import { Store, TABLE_NAME } from '../../infra/local/dynamo/store.ts';
import { newCredentials, REGION } from '../../infra/local/environment.ts';
import { listen, stopServer } from '../../infra/local/http.ts';
import { AUDIENCE, ISSUER, Issuer } from '../../infra/local/issuer.ts';
import { type Guard, startGuard } from './guard.ts';

const STAGE = 'local';

export interface Surroundings {
  /**
   * What Lambda and the stack would set for that function, and where the stand-ins are: behind a guard that lets
   * through what the function's role allows.
   *
   * @param role another function's, to see it refused
   */
  envOf(name: LambdaName, role?: LambdaName): Promise<Record<string, string>>;
  /** What functions asked for and their roles do not allow. */
  refused(): string[];
  readonly issuer: Issuer;
  stop(): Promise<void>;
}

/** Starts the stand-ins, in a folder of their own; no agent is connected. */
export async function startSurroundings(): Promise<Surroundings> {
  const folder = mkdtempSync(join(tmpdir(), 'sereno-bundles-'));
  const credentials = newCredentials();
  const onDeath = (cause: Error): void => {
    throw cause;
  };
  const log = join(folder, 'store.log');
  const at = { credentials, region: REGION };
  const store = await Store.start({ ...at, path: join(folder, 'db'), log, env: {}, onDeath });
  const authority = await LocalAuthority.open(join(folder, 'ca'));
  const { pem, keyPem } = await authority.issueServer();
  const broker = await Broker.start({
    port: 0,
    tls: { cert: pem, key: keyPem, ca: authority.rootPem },
    siteOf: () => null,
    onMessage: () => {},
    onDisconnect: () => {},
  });
  const dataPlane = await DataPlane.start({ ...at, port: 0, broker });
  const controlPlane = await ControlPlane.start({ ...at, authority, endpoint: `127.0.0.1:${broker.port}` });
  const issuer = await Issuer.open(join(folder, 'issuer.json'));
  const jwks = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(issuer.jwks));
  });
  const jwksUrl = `http://127.0.0.1:${await listen(jwks, 0)}/.well-known/jwks.json`;
  // A stack takes keys over HTTPS alone; here they come from this very machine.
  const settings = { ...settingsFrom({ stage: STAGE, issuer: ISSUER, audience: AUDIENCE }), jwksUrl };
  const stack = synthesized({ stage: STAGE });
  const roles = rolePolicies(stack);
  const tableArn = arnOf(stack, 'AWS::DynamoDB::Table');
  const upstreams = { dynamodb: store.endpoint, iotdata: dataPlane.url, iot: controlPlane.url };
  const guards: Guard[] = [];
  return {
    envOf: async (name, role = name) => {
      const guard = await startGuard({ statements: roles.get(role) ?? [], tableArn, upstreams });
      guards.push(guard);
      return {
        AWS_REGION: REGION,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_ENDPOINT_URL_DYNAMODB: guard.url,
        AWS_ENDPOINT_URL_IOT_DATA_PLANE: guard.url,
        AWS_ENDPOINT_URL_IOT: guard.url,
        // The stack tells it to the one function that writes it into a command; it is known only once the API is there.
        ...(name === 'sites' ? { PUBLIC_URL: 'https://api.sereno.test' } : {}),
        ...environmentOf(shapeOf(name).sees, {
          settings,
          tableName: TABLE_NAME,
          secret: 'ab'.repeat(32),
          sealKey: arnOf(stack, 'AWS::KMS::Key'),
          dataPlane: guard.url,
        }),
      };
    },
    refused: () => guards.flatMap(({ refused }) => refused),
    issuer,
    stop: async () => {
      await Promise.all(guards.map((guard) => guard.stop()));
      await Promise.all([stopServer(jwks, 500), dataPlane.stop(), controlPlane.stop(), broker.stop()]);
      await store.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
