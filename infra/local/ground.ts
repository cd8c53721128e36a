// What the local system stands on: its data folder, authority, issuer, store and terminals, and which agents there will be.
import { appendFile } from 'node:fs/promises';
import { type AgentPlan, planForTerminals, planFromFiles } from './agents/plan.ts';
import type { Credentials } from './aws/sigv4.ts';
import { LocalAuthority } from './certs/authority.ts';
import { all, type Cleanup, kept } from './cleanup.ts';
import { DataDir } from './data-dir.ts';
import { Store } from './dynamo/store.ts';
import { checkMail, cleanEnvironment, newCredentials, REGION } from './environment.ts';
import { Issuer } from './issuer.ts';
import { removeLocalJson } from './local-json.ts';
import { type Admin, firstAdmin, removeStoreAccess, writeStoreAccess } from './operators.ts';
import { liveIn } from './simulated/lived-in.ts';
import {
  type SimulatedTerminals,
  simulatedDevices,
  startTerminals,
  stopTerminals,
} from './simulated/terminals.ts';
import type { SystemOptions } from './system-options.ts';

export interface Ground {
  readonly dataDir: DataDir;
  readonly credentials: Credentials;
  readonly authority: LocalAuthority;
  readonly issuer: Issuer;
  readonly store: Store;
  /** Null where agents were given. */
  readonly terminals: SimulatedTerminals | null;
  readonly plans: readonly AgentPlan[];
  /** Of the first agent. */
  readonly tenant: string;
  /** The first operator; null where an earlier run has made it. */
  readonly admin: Admin | null;
  readonly log: (line: string) => void;
  /** A part died that is not restarted. */
  readonly onDeath: (cause: Error) => void;
}

/** A data folder that is this run's alone. */
function ownDataDir({ dataDir: path, fresh }: SystemOptions, cleanup: Cleanup): DataDir {
  const dataDir = new DataDir(path);
  const lock = dataDir.lock();
  cleanup.add(() => lock[Symbol.dispose]());
  if (fresh === true) dataDir.forget();
  removeLocalJson(dataDir.localJson);
  return dataDir;
}

function logTo(file: string): (line: string) => void {
  return (line) =>
    void appendFile(file, `${new Date().toISOString()} ${line}\n`, { mode: 0o600 }).catch(() => {});
}

/** Simulated terminals that remember, and can be operated by commands, where that is asked for. */
async function bringToLife(
  terminals: SimulatedTerminals,
  { livedIn: say }: SystemOptions,
  { terminals: folder, controls }: DataDir,
  cleanup: Cleanup,
): Promise<void> {
  if (say !== undefined) cleanup.add(await liveIn(terminals, { folder, controls, say }));
}

/** @throws MailSettingsError, DataDirError, PlanError, WorkerStartError */
export async function startGround(options: SystemOptions, cleanup: Cleanup): Promise<Ground> {
  const { agents: files = [], livedIn, onFailure: onDeath = () => {} } = options;
  checkMail();
  const written = planFromFiles(files);
  const dataDir = ownDataDir(options, cleanup);
  const credentials = newCredentials();
  const storing = { path: dataDir.dynamo, log: dataDir.cloudLog, env: cleanEnvironment(), credentials };
  const [authority, issuer, store, terminals] = await all([
    LocalAuthority.open(dataDir.authority, options.certificateMs),
    Issuer.open(dataDir.issuer),
    kept(cleanup, Store.start({ ...storing, region: REGION, onDeath, meter: options.meter }), (started) =>
      started.stop(),
    ),
    written.length > 0 ? null : kept(cleanup, startTerminals(options.terminals), stopTerminals),
  ]);
  if (terminals !== null) await bringToLife(terminals, options, dataDir, cleanup);
  const plans =
    terminals === null ? written : [planForTerminals(simulatedDevices(terminals), livedIn !== undefined)];
  const tenant = plans[0]?.site.tenant ?? 'local';
  const admin = await firstAdmin(store.client, tenant);
  writeStoreAccess(dataDir.storeAccess, { endpoint: store.endpoint, region: REGION, credentials });
  cleanup.add(() => removeStoreAccess(dataDir.storeAccess));
  const log = logTo(dataDir.cloudLog);
  return {
    dataDir,
    credentials,
    authority,
    issuer,
    store,
    terminals,
    plans,
    tenant,
    admin,
    log,
    onDeath,
  };
}
