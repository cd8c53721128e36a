// `sereno-agent run`: the agent until it is told to stop.
import { once } from 'node:events';
import type { Logger } from 'pino';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import { Agent } from '../agent.ts';
import { type AgentConfig, loadConfig } from '../config/load.ts';
import { configInvalid } from '../config/problems.ts';
import { onDataFolder } from '../data-folder.ts';
import { OwnCertificates } from '../enrolment/certificates.ts';
import type { Cloud } from '../enrolment/pairs.ts';
import { watchCertificate } from '../enrolment/watch.ts';
import type { LinkEvents } from '../link/link.ts';
import { LocalBroker } from '../link/local-broker.ts';
import { MqttLink } from '../link/mqtt-link.ts';
import { RenewableLink } from '../link/renewable-link.ts';
import { WayFinder } from '../link/way-finder.ts';
import { waysTo } from '../link/ways.ts';
import { ServiceManager } from '../service/notify.ts';
import { openLog } from './log.ts';

export interface RunOptions {
  readonly config: string;
  readonly logLevel: string;
}

/**
 * Runs until it is told to stop, or until a parent that opened a channel to it (as `npm start` does) has died, then enables every terminal and ends the process.
 * @throws SerenoError `config_invalid`; DataFolderError
 */
export async function run({ config: file, logLevel }: RunOptions): Promise<void> {
  const config = loadConfig(file, process.env);
  const { cloud, tenant, site } = config;
  if (cloud === null) {
    const problem =
      "is needed to run: give endpoint, certificate and key, or let 'npm start -- --agent FILE' add them";
    throw configInvalid(file, [{ line: 1, key: 'cloud', problem }]);
  }
  const log = openLog(logLevel, { tenant, site });
  const takes = { tenant, site, events: true };
  const linkTo = (at: typeof cloud) => (events: LinkEvents) =>
    new WayFinder(
      waysTo(at.endpoint, at.proxy !== undefined),
      (endpoint, told) => new MqttLink({ ...takes, ...at, endpoint }, told),
      toldToo(events, at, certificates),
    );
  let link: RenewableLink | null = null;
  const certificates: OwnCertificates = new OwnCertificates({
    ...{ file, cloud, at: { tenant, site }, log },
    connect: (at) => void link?.renew(linkTo(at)),
  });
  const connect = (events: LinkEvents) => {
    link = new RenewableLink(linkTo(certificates.current), events);
    return link;
  };
  const local = localBrokerOf(config, log);
  // The unit of an installed agent names it.
  const { SERENO_UPDATER: updater } = process.env;
  const updates = updater === undefined ? {} : { updater };
  const agent = onDataFolder(
    config.dataDir,
    () => new Agent(config, { log, connect, certificates, ...updates, ...local }),
  );
  const onRenewed = (renewed: typeof cloud) => certificates.enrolled(renewed);
  const stopping =
    process.connected === false
      ? Promise.resolve()
      : Promise.race(['SIGTERM', 'SIGINT', 'disconnect'].map((event) => once(process, event)));
  agent.start();
  const watch = watchCertificate({ file, config, log, onRenewed });
  const manager = new ServiceManager(log);
  manager.ready();
  log.info({ devices: config.devices.length }, 'agent started');
  await stopping;
  manager.stopping();
  log.info('stopping: terminals are enabled, the line is closed');
  watch[Symbol.dispose]();
  await agent.stop();
  // The SDK keeps the process alive after its client is closed (aws-crt).
  process.exit(0);
}

/** Which certificate gets a line is told at the line itself: late news of one that was replaced must not count for the next. */
function toldToo(events: LinkEvents, at: Cloud, certificates: OwnCertificates): LinkEvents {
  return {
    ...events,
    onUp: () => {
      events.onUp();
      certificates.up(at);
    },
    onDown: (reason, isUnreached) => {
      events.onDown(reason, isUnreached);
      certificates.down(at);
    },
  };
}

/** What agent.yaml names for those who listen in the branch. */
function localBrokerOf({ localBroker: address, tenant, site }: AgentConfig, log: Logger) {
  if (address === null) return {};
  const clientId = `sereno-${clientIdOf(tenant, site)}`;
  const { host, port } = address;
  const onChange = (failure: string | null) => {
    if (failure === null) log.info({ host, port }, 'connected to the broker of the branch');
    else log.warn({ host, port, reason: failure }, 'the broker of the branch is away');
  };
  return { localBroker: new LocalBroker({ ...address, clientId }, onChange) };
}
