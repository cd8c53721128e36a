// Called by the IoT rules for hellos, last wills and disconnects, and by the clock for a sweep: keeps the directory.
import { presenceEventSchema, sweepEventSchema } from '../../shared/wire/envelope.ts';
import { controlClient, iotClient } from '../clients.ts';
import { directoryConfig } from '../config.ts';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import { AwsRevoker } from '../enrolment/aws-revoker.ts';
import { DynamoSiteAgents } from '../enrolment/dynamo-site-agents.ts';
import { tellStanding } from '../events/standing.ts';
import { greetPeople } from '../people/greeted.ts';
import { brokerOf } from '../presence/connections.ts';
import type { PresenceResult } from '../presence/presence.ts';
import { type PresencePorts, sweepSites, type ToTell, takePresence } from '../presence/take.ts';
import { tableNamed } from '../store/client.ts';
import { keepAudit } from './audit-ports.ts';
import { eventPorts } from './event-ports.ts';
import { spreadPorts } from './people-ports.ts';
import { updateTellers } from './update-ports.ts';

function ports(): PresencePorts {
  const table = tableNamed(directoryConfig().tableName);
  const directory = new DynamoDirectory(table);
  const { feed, clock } = eventPorts();
  return {
    directory,
    ...updateTellers(),
    agents: new DynamoSiteAgents(table),
    revoker: new AwsRevoker(controlClient, iotClient),
    askBroker: brokerOf(iotClient),
    tell: (at, devices) => tellStanding({ table, directory, feed, now: () => clock.now() }, at, devices),
    greetPeople: (at, wanted, devices) => greetPeople(spreadPorts(), at, wanted, devices),
  };
}

/** @throws what went wrong, so that the event is delivered again or put aside */
export async function handler(event: unknown): Promise<(PresenceResult & ToTell) | null> {
  const sweep = sweepEventSchema.safeParse(event);
  if (!sweep.success) {
    return takePresence(ports(), presenceEventSchema.parse(event));
  }
  await sweepSites(ports(), sweep.data.share);
  await keepAudit();
  return null;
}
