// The line between agents and cloud on one machine: rules, broker, data plane and control plane.
import { Broker, type BrokerOptions } from './broker/broker.ts';
import { onKeptPort } from './broker/kept-port.ts';
import type { Cleanup } from './cleanup.ts';
import { ControlPlane } from './controlplane/server.ts';
import { DataPlane } from './dataplane/server.ts';
import { TABLE_NAME } from './dynamo/store.ts';
import { REGION } from './environment.ts';
import type { GatewayHost } from './gateway/host.ts';
import type { Ground } from './ground.ts';
import { writeStoreAccess } from './operators.ts';
import { calledAgain } from './rules/called-again.ts';
import { Rules } from './rules/rules.ts';
import type { SystemOptions } from './system-options.ts';

export interface Line {
  readonly rules: Rules;
  readonly broker: Broker;
  /** Where agents find the broker. */
  readonly endpoint: string;
  readonly dataPlane: DataPlane;
  readonly controlPlane: ControlPlane;
}

/** @param gateway runs the functions; agents may speak before it has started */
function rulesOver(
  gateway: Promise<GatewayHost>,
  { store, log }: Ground,
  { losesPresence, interceptRow, interceptIntake, meter }: SystemOptions,
): Rules {
  const rules = new Rules({
    client: store.client,
    tableName: TABLE_NAME,
    presence: async (event) => {
      if (losesPresence?.(event) === true) return;
      const started = await gateway;
      const responsePayload = await started.invoke('presence', event);
      // As after intake.
      rules.follow(started.invoke('keep', { requestPayload: event, responsePayload }), 'keep');
    },
    renew: async (event) => {
      const started = await gateway;
      return calledAgain(() => started.invoke('renew', event));
    },
    intake: async (event) => {
      const started = await gateway;
      const hand = async () => {
        const responsePayload = await calledAgain(() => started.invoke('intake', event));
        // As Lambda does with the destination of a function that has succeeded: nobody waits for it.
        rules.follow(started.invoke('deliver', { responsePayload }), 'deliver');
      };
      await (interceptIntake?.(event, hand) ?? hand());
    },
    log,
    meter,
    intercept: interceptRow,
  });
  return rules;
}

async function startBroker(
  { authority, dataDir }: Ground,
  rules: Rules,
  { disturbance, meter }: SystemOptions,
): Promise<Broker> {
  const server = await authority.issueServer();
  const options: Omit<BrokerOptions, 'port'> = {
    tls: { cert: server.pem, key: server.keyPem, ca: authority.rootPem },
    siteOf: (certificate) => authority.registry.siteOf(certificate),
    onMessage: (message) => rules.message(message),
    onDisconnect: (site) => rules.disconnected(site),
    meter,
    ...disturbance,
  };
  return onKeptPort(dataDir.brokerPort, (port) => Broker.start({ ...options, port }));
}

export async function startLine(
  ground: Ground,
  gateway: Promise<GatewayHost>,
  options: SystemOptions,
  cleanup: Cleanup,
): Promise<Line> {
  const { authority, credentials, dataDir, store } = ground;
  const rules = rulesOver(gateway, ground, options);
  cleanup.add(() => rules.drain());
  const broker = await startBroker(ground, rules, options);
  cleanup.add(() => broker.stop());
  const dataPlane = await DataPlane.start({
    port: 0,
    broker,
    credentials,
    region: REGION,
    meter: options.meter,
  });
  cleanup.add(() => dataPlane.stop());
  const endpoint = `127.0.0.1:${broker.port}`;
  const controlPlane = await ControlPlane.start({ authority, endpoint, credentials, region: REGION });
  cleanup.add(() => controlPlane.stop());
  writeStoreAccess(dataDir.storeAccess, {
    endpoint: store.endpoint,
    region: REGION,
    credentials,
    controlPlane: controlPlane.url,
    dataPlane: dataPlane.url,
  });
  return { rules, broker, endpoint, dataPlane, controlPlane };
}
