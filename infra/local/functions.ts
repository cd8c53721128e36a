// The functions of the local system behind their gateway, and the clock that calls some of them.
import type { Cleanup } from './cleanup.ts';
import { TABLE_NAME } from './dynamo/store.ts';
import { functionEnvironment } from './environment.ts';
import { GatewayHost } from './gateway/host.ts';
import { LAMBDA_MS } from './gateway/invoke.ts';
import type { Ground } from './ground.ts';
import type { Line } from './line.ts';
import type { SystemOptions } from './system-options.ts';

/** In AWS it is five minutes: there every question is another call over the network. */
const SWEEP_MS = 60_000;
/** In AWS it is a minute. */
const DELIVER_MS = 5_000;
/** In AWS it is a minute. */
const ALERT_MS = 2_000;
/** In AWS it is a minute. */
const KEEP_MS = 5_000;
/** In AWS it is a minute. */
const JOBS_MS = 2_000;
/** In AWS it is a minute. */
const GATHER_MS = 10_000;

export function startGateway(
  { dataDir, credentials, authority, issuer, store, tenant, onDeath }: Ground,
  { dataPlane, controlPlane }: Line,
  {
    port = 0,
    anyPort = false,
    lambdaMs = LAMBDA_MS,
    gatherMs = GATHER_MS,
    markInvocation: mark,
    meter,
  }: SystemOptions,
): Promise<GatewayHost> {
  const env = functionEnvironment({
    credentials,
    tableName: TABLE_NAME,
    dynamoUrl: store.endpoint,
    dataPlaneUrl: dataPlane.url,
    controlPlaneUrl: controlPlane.url,
    rootCa: authority.rootPem,
    secret: dataDir.functionSecret(),
    sealKeyFile: dataDir.sealKeyFile(),
    tenant,
    gatherSeconds: gatherMs / 1000,
  });
  return GatewayHost.start({
    port,
    anyPort,
    lambdaMs,
    jwks: issuer.jwks,
    env,
    log: dataDir.cloudLog,
    onDeath,
    mark,
    meter,
  });
}

/** What EventBridge's schedules do. */
export function startSchedules(
  gateway: GatewayHost,
  { log }: Ground,
  { rules }: Line,
  {
    sweepMs = SWEEP_MS,
    deliverMs = DELIVER_MS,
    alertMs = ALERT_MS,
    keepMs = KEEP_MS,
    jobsMs = JOBS_MS,
  }: SystemOptions,
  cleanup: Cleanup,
): void {
  const sweeping = setInterval(
    () => void gateway.invoke('presence', { kind: 'sweep' }).catch((error: unknown) => log(String(error))),
    sweepMs,
  );
  cleanup.add(() => clearInterval(sweeping));
  const delivering = setInterval(
    () => rules.follow(gateway.invoke('deliver', { kind: 'deliver' }), 'deliver'),
    deliverMs,
  );
  cleanup.add(() => clearInterval(delivering));
  const alerting = setInterval(
    () => rules.follow(gateway.invoke('alert', { kind: 'alert' }), 'alert'),
    alertMs,
  );
  cleanup.add(() => clearInterval(alerting));
  const keeping = setInterval(() => rules.follow(gateway.invoke('keep', { kind: 'keep' }), 'keep'), keepMs);
  cleanup.add(() => clearInterval(keeping));
  const attending = setInterval(() => rules.follow(gateway.invoke('jobs', { kind: 'jobs' }), 'jobs'), jobsMs);
  cleanup.add(() => clearInterval(attending));
}
