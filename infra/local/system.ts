// The whole system on one machine, put together: for npm start and for tests that run the same thing.
import { appendFile } from 'node:fs/promises';
import { furnish } from './agents/home.ts';
import { type AgentPlan, planForTerminals, planFromFiles } from './agents/plan.ts';
import { AgentProcess } from './agents/process.ts';
import type { Credentials } from './aws/sigv4.ts';
import { Broker, type BrokerOptions } from './broker/broker.ts';
import { onKeptPort } from './broker/kept-port.ts';
import { LocalAuthority } from './certs/authority.ts';
import { all, Cleanup, kept } from './cleanup.ts';
import { ControlPlane } from './controlplane/server.ts';
import { DataDir } from './data-dir.ts';
import { DataPlane } from './dataplane/server.ts';
import { Store, TABLE_NAME } from './dynamo/store.ts';
import { forgetStrangers } from './dynamo/strangers.ts';
import { cleanEnvironment, functionEnvironment, newCredentials, REGION } from './environment.ts';
import { GatewayHost } from './gateway/host.ts';
import { LAMBDA_MS } from './gateway/invoke.ts';
import { Issuer, type TokenClaims } from './issuer.ts';
import { removeLocalJson, writeLocalJson } from './local-json.ts';
import { firstAdmin, removeStoreAccess, writeStoreAccess } from './operators.ts';
import { waitUntilReady } from './ready.ts';
import { Rules } from './rules/rules.ts';
import { liveIn } from './simulated/lived-in.ts';
import {
  type SimulatedTerminals,
  simulatedDevices,
  startTerminals,
  stopTerminals,
} from './simulated/terminals.ts';
import type { SystemOptions } from './system-options.ts';
import { followTroubles } from './troubles.ts';

/** A busy or slow machine needs a while; `onWaiting` reports much earlier what is missing. */
const READY_MS = 120_000;
/** In AWS it is five minutes: there every question is another call over the network. */
const SWEEP_MS = 60_000;
/** In AWS it is a minute. */
const DELIVER_MS = 5_000;

export interface System {
  readonly url: string;
  /** A token with all scopes for the tenant of the first agent. */
  readonly token: string;
  readonly tenant: string;
  /** The first operator; null where an earlier run has made it. */
  readonly admin: { readonly username: string; readonly password: string } | null;
  /** Every device listed at the start. */
  readonly devices: readonly string[];
  readonly agents: readonly AgentProcess[];
  /** Null where agents were given. */
  readonly terminals: SimulatedTerminals | null;
  readonly broker: Broker;
  readonly authority: LocalAuthority;
  readonly dataPlaneUrl: string;
  readonly dynamo: { readonly endpoint: string; readonly tableName: string };
  readonly region: string;
  readonly credentials: Credentials;
  issueToken(claims?: TokenClaims): Promise<string>;
  /** Agents get time to enable their terminals; everything is released. */
  stop(): Promise<void>;
}

/**
 * Starts everything and resolves when every agent is connected and every device listed.
 * @throws DataDirError, PlanError, NotReady, WorkerStartError, SerenoError (config_invalid): each with a sentence for people
 */
export async function startSystem(options: SystemOptions): Promise<System> {
  const cleanup = new Cleanup();
  try {
    const system = await assemble(options, cleanup);
    return { ...system, stop: () => cleanup.run() };
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

async function assemble(options: SystemOptions, cleanup: Cleanup): Promise<Omit<System, 'stop'>> {
  const {
    agents: files = [],
    signal = new AbortController().signal,
    onFailure: onDeath = () => {},
  } = options;
  const written = planFromFiles(files);
  const dataDir = new DataDir(options.dataDir);
  const lock = dataDir.lock();
  cleanup.add(() => lock[Symbol.dispose]());
  if (options.fresh === true) dataDir.forget();
  removeLocalJson(dataDir.localJson);

  const credentials = newCredentials();
  const log = (line: string): void =>
    void appendFile(dataDir.cloudLog, `${new Date().toISOString()} ${line}\n`, { mode: 0o600 }).catch(
      () => {},
    );
  const store = {
    path: dataDir.dynamo,
    log: dataDir.cloudLog,
    env: cleanEnvironment(),
    credentials,
    region: REGION,
    onDeath,
  };
  const [authority, issuer, rows, terminals] = await all([
    LocalAuthority.open(dataDir.authority),
    Issuer.open(dataDir.issuer),
    kept(cleanup, Store.start(store), (started) => started.stop()),
    written.length > 0 ? null : kept(cleanup, startTerminals(options.terminals), stopTerminals),
  ]);
  if (terminals !== null && options.livedIn !== undefined) {
    const at = { folder: dataDir.terminals, controls: dataDir.controls, say: options.livedIn };
    cleanup.add(await liveIn(terminals, at));
  }
  const plans =
    terminals === null
      ? written
      : [planForTerminals(simulatedDevices(terminals), options.livedIn !== undefined)];

  const tenant = plans[0]?.site.tenant ?? 'local';
  const admin = await firstAdmin(rows.client, tenant);
  writeStoreAccess(dataDir.storeAccess, { endpoint: rows.endpoint, region: REGION, credentials });
  cleanup.add(() => removeStoreAccess(dataDir.storeAccess));

  const gatewayReady = Promise.withResolvers<GatewayHost>();
  gatewayReady.promise.catch(() => {});
  cleanup.add(() =>
    gatewayReady.promise.then(
      (started) => started.stop(),
      () => {},
    ),
  );
  const rules = new Rules({
    client: rows.client,
    tableName: TABLE_NAME,
    presence: async (event) => {
      if (options.losesPresence?.(event) !== true)
        await (await gatewayReady.promise).invoke('presence', event);
    },
    intake: async (event) => {
      const gateway = await gatewayReady.promise;
      const hand = async () => {
        const responsePayload = await gateway.invoke('intake', event);
        // As Lambda does with the destination of a function that has succeeded: nobody waits for it.
        rules.follow(gateway.invoke('deliver', { responsePayload }), 'deliver');
      };
      await (options.interceptIntake?.(event, hand) ?? hand());
    },
    log,
    intercept: options.interceptRow,
  });
  cleanup.add(() => rules.drain());
  const server = await authority.issueServer();
  const brokerOptions: Omit<BrokerOptions, 'port'> = {
    tls: { cert: server.pem, key: server.keyPem, ca: authority.rootPem },
    siteOf: (certificate) => authority.registry.siteOf(certificate),
    onMessage: (message) => rules.message(message),
    onDisconnect: (site) => rules.disconnected(site),
    ...options.disturbance,
  };
  const broker = await onKeptPort(dataDir.brokerPort, (port) => Broker.start({ ...brokerOptions, port }));
  cleanup.add(() => broker.stop());
  const dataPlane = await DataPlane.start({ port: 0, broker, credentials, region: REGION });
  cleanup.add(() => dataPlane.stop());
  const controlPlane = await ControlPlane.start({
    authority,
    endpoint: `127.0.0.1:${broker.port}`,
    credentials,
    region: REGION,
  });
  cleanup.add(() => controlPlane.stop());
  await forgetAllStrangers(rows, plans);

  let publish = (): void => {};
  const endpoint = `127.0.0.1:${broker.port}`;
  const agents = await all(
    plans.map(async ({ site, config }) => {
      const file = await furnish({ folder: dataDir.agent(site), site, config, endpoint, authority });
      const log = dataDir.agentLog(site.site);
      if (options.onTrouble !== undefined) cleanup.add(followTroubles(log, options.onTrouble));
      const agent = new AgentProcess({ site, config: file, log, onStart: () => publish() });
      cleanup.add(() => agent.stop());
      await agent.start();
      return agent;
    }),
  );
  // Waiting for a gateway that never started must not delay the end.
  cleanup.add(() => gatewayReady.reject(new Error('the system is stopping')));
  const gateway = await GatewayHost.start({
    port: options.port ?? 0,
    anyPort: options.anyPort ?? false,
    lambdaMs: options.lambdaMs ?? LAMBDA_MS,
    jwks: issuer.jwks,
    env: functionEnvironment({
      credentials,
      tableName: TABLE_NAME,
      dynamoUrl: rows.endpoint,
      dataPlaneUrl: dataPlane.url,
      controlPlaneUrl: controlPlane.url,
      rootCa: authority.rootPem,
      secret: dataDir.functionSecret(),
      tenant,
    }),
    log: dataDir.cloudLog,
    onDeath,
  });
  gatewayReady.resolve(gateway);
  cleanup.add(() => gateway.close());
  const sweeping = setInterval(
    () => void gateway.invoke('presence', { kind: 'sweep' }).catch((error: unknown) => log(String(error))),
    options.sweepMs ?? SWEEP_MS,
  );
  cleanup.add(() => clearInterval(sweeping));
  const delivering = setInterval(
    () => rules.follow(gateway.invoke('deliver', { kind: 'deliver' }), 'deliver'),
    options.deliverMs ?? DELIVER_MS,
  );
  cleanup.add(() => clearInterval(delivering));

  const token = await issuer.issue({ tenant });
  const devices = await waitUntilReady({
    url: gateway.url,
    tokenFor: (of) => issuer.issue({ tenant: of }),
    isConnected: (clientId) => broker.isConnected(clientId),
    expected: plans.map(({ site, devices }) => ({ site, devices, log: dataDir.agentLog(site.site) })),
    timeoutMs: options.readyMs ?? READY_MS,
    signal,
    onWaiting: options.onWaiting ?? (() => {}),
  });
  publish = () => {
    const running = agents.map(({ site, pid }) => ({ site: site.site, pid }));
    writeLocalJson(dataDir.localJson, {
      url: gateway.url,
      token,
      ...(admin === null ? {} : { admin }),
      agents: running,
      devices,
    });
  };
  publish();
  cleanup.add(() => {
    publish = () => {};
    removeLocalJson(dataDir.localJson);
  });
  return {
    url: gateway.url,
    token,
    tenant,
    admin,
    devices,
    agents,
    terminals,
    broker,
    authority,
    dataPlaneUrl: dataPlane.url,
    dynamo: { endpoint: rows.endpoint, tableName: TABLE_NAME },
    region: REGION,
    credentials,
    issueToken: (claims) => issuer.issue(claims),
  };
}

async function forgetAllStrangers(rows: Store, plans: readonly AgentPlan[]): Promise<void> {
  for (const tenant of new Set(plans.map(({ site }) => site.tenant))) {
    const sites = plans.filter(({ site }) => site.tenant === tenant).map(({ site }) => site.site);
    await forgetStrangers(rows.client, TABLE_NAME, tenant, sites);
  }
}
