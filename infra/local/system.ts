// The whole system on one machine, put together: for npm start and for tests that run the same thing.
import { furnish } from './agents/home.ts';
import type { AgentPlan } from './agents/plan.ts';
import { AgentProcess } from './agents/process.ts';
import type { Credentials } from './aws/sigv4.ts';
import type { Broker } from './broker/broker.ts';
import type { LocalAuthority } from './certs/authority.ts';
import { all, Cleanup } from './cleanup.ts';
import { type Store, TABLE_NAME } from './dynamo/store.ts';
import { forgetStrangers } from './dynamo/strangers.ts';
import { REGION } from './environment.ts';
import { startGateway, startSchedules } from './functions.ts';
import type { GatewayHost } from './gateway/host.ts';
import { type Ground, startGround } from './ground.ts';
import type { TokenClaims } from './issuer.ts';
import { type Line, startLine } from './line.ts';
import { removeLocalJson, writeLocalJson } from './local-json.ts';
import type { Admin } from './operators.ts';
import { waitUntilReady } from './ready.ts';
import type { SimulatedTerminals } from './simulated/terminals.ts';
import type { SystemOptions } from './system-options.ts';
import { followTroubles } from './troubles.ts';

/** A busy or slow machine needs a while; `onWaiting` reports much earlier what is missing. */
const READY_MS = 120_000;
export interface System {
  readonly url: string;
  /** A token with all scopes for the tenant of the first agent. */
  readonly token: string;
  readonly tenant: string;
  /** The first operator; null where an earlier run has made it. */
  readonly admin: Admin | null;
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
  /** Calls a function as the clock does. */
  invoke(name: string, event: object): Promise<unknown>;
  /** Resolves when no rule and no function that one has called is under way. */
  settled(): Promise<void>;
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

async function startAgents(
  { plans, dataDir, authority }: Ground,
  { endpoint }: Line,
  { onTrouble }: SystemOptions,
  onStart: () => void,
  cleanup: Cleanup,
): Promise<AgentProcess[]> {
  return all(
    plans.map(async ({ site, config }) => {
      const file = await furnish({ folder: dataDir.agent(site), site, config, endpoint, authority });
      const log = dataDir.agentLog(site.site);
      if (onTrouble !== undefined) cleanup.add(followTroubles(log, onTrouble));
      const agent = new AgentProcess({ site, config: file, log, onStart });
      cleanup.add(() => agent.stop());
      await agent.start();
      return agent;
    }),
  );
}

/** Every device listed, once all agents are connected. */
function ready(
  { issuer, plans, dataDir }: Ground,
  { broker }: Line,
  { url }: GatewayHost,
  options: SystemOptions,
): Promise<string[]> {
  const { readyMs = READY_MS, signal = new AbortController().signal, onWaiting = () => {} } = options;
  return waitUntilReady({
    url,
    tokenFor: (tenant) => issuer.issue({ tenant }),
    isConnected: (clientId) => broker.isConnected(clientId),
    expected: plans.map(({ site, devices }) => ({ site, devices, log: dataDir.agentLog(site.site) })),
    timeoutMs: readyMs,
    signal,
    onWaiting,
  });
}

/** A gateway to come, for those who start before it. */
function promisedGateway(cleanup: Cleanup): PromiseWithResolvers<GatewayHost> {
  const promised = Promise.withResolvers<GatewayHost>();
  promised.promise.catch(() => {});
  cleanup.add(() =>
    promised.promise.then(
      (started) => started.stop(),
      () => {},
    ),
  );
  return promised;
}

async function assemble(options: SystemOptions, cleanup: Cleanup): Promise<Omit<System, 'stop'>> {
  const ground = await startGround(options, cleanup);
  const { dataDir, credentials, authority, issuer, store, terminals, plans, tenant, admin } = ground;
  const promised = promisedGateway(cleanup);
  const line = await startLine(ground, promised.promise, options, cleanup);
  await forgetAllStrangers(store, plans);
  let publish = (): void => {};
  const agents = await startAgents(ground, line, options, () => publish(), cleanup);
  // Waiting for a gateway that never started must not delay the end.
  cleanup.add(() => promised.reject(new Error('the system is stopping')));
  const gateway = await startGateway(ground, line, options);
  promised.resolve(gateway);
  cleanup.add(() => gateway.close());
  startSchedules(gateway, ground, line, options, cleanup);

  const { url } = gateway;
  const token = await issuer.issue({ tenant });
  const devices = await ready(ground, line, gateway, options);
  publish = () => {
    const running = agents.map(({ site, pid }) => ({ site: site.site, pid }));
    const known = { url, token, ...(admin === null ? {} : { admin }), agents: running, devices };
    writeLocalJson(dataDir.localJson, known);
  };
  publish();
  cleanup.add(() => {
    publish = () => {};
    removeLocalJson(dataDir.localJson);
  });
  return {
    url,
    token,
    tenant,
    admin,
    devices,
    agents,
    terminals,
    broker: line.broker,
    authority,
    dataPlaneUrl: line.dataPlane.url,
    dynamo: { endpoint: store.endpoint, tableName: TABLE_NAME },
    region: REGION,
    credentials,
    issueToken: (claims) => issuer.issue(claims),
    invoke: (name, event) => gateway.invoke(name, event),
    settled: () => line.rules.drain(),
  };
}

async function forgetAllStrangers(store: Store, plans: readonly AgentPlan[]): Promise<void> {
  for (const tenant of new Set(plans.map(({ site }) => site.tenant))) {
    const sites = plans.filter(({ site }) => site.tenant === tenant).map(({ site }) => site.site);
    await forgetStrangers(store.client, TABLE_NAME, tenant, sites);
  }
}
