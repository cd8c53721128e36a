// Called by the IoT rules for hellos, last wills and disconnects: keeps the directory.
import { presenceEventSchema } from '../../shared/wire/envelope.ts';
import { controlClient, documentClient, iotClient } from '../clients.ts';
import { systemClock } from '../clock.ts';
import { IotDispatcher } from '../commands/iot-dispatcher.ts';
import { directoryConfig } from '../config.ts';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import { applyPresence, type PresenceResult } from '../directory/presence.ts';
import { tellRefused } from '../directory/refused.ts';
import { welcome } from '../enrolment/arrival.ts';
import { AwsRevoker } from '../enrolment/aws-revoker.ts';
import { DynamoSiteAgents } from '../enrolment/dynamo-site-agents.ts';
import { log } from '../log.ts';

export async function handler(event: unknown): Promise<PresenceResult> {
  const presence = presenceEventSchema.parse(event);
  const { tableName } = directoryConfig();
  const directory = new DynamoDirectory(documentClient(), tableName);
  const result = await applyPresence(directory, presence);
  const { tenant, site, kind } = presence;
  log.info('presence', { tenant, site, kind, applied: result.applied });
  if (result.refused.length > 0) {
    log.warn('devices of another site', { tenant, site, devices: result.refused });
    await tellRefused(new IotDispatcher(iotClient(), systemClock), presence, result.refused, systemClock);
  }
  const agents = new DynamoSiteAgents(documentClient(), tableName);
  const revoked = await welcome(agents, new AwsRevoker(controlClient, iotClient), presence);
  if (revoked.length > 0) log.info('older certificates revoked', { tenant, site, certificates: revoked });
  return result;
}
