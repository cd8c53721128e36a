// Called by the IoT rules for hellos, last wills and disconnects: keeps the directory.
import { type PresenceEvent, presenceEventSchema } from '../../shared/wire/envelope.ts';
import { controlClient, documentClient, iotClient } from '../clients.ts';
import { systemClock } from '../clock.ts';
import { IotDispatcher } from '../commands/iot-dispatcher.ts';
import { directoryConfig } from '../config.ts';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import { applyPresence, type PresenceResult } from '../directory/presence.ts';
import { tell } from '../directory/word.ts';
import { welcome } from '../enrolment/arrival.ts';
import { AwsRevoker } from '../enrolment/aws-revoker.ts';
import { DynamoSiteAgents } from '../enrolment/dynamo-site-agents.ts';
import { about, log } from '../log.ts';

async function take(presence: PresenceEvent): Promise<PresenceResult> {
  const { tableName } = directoryConfig();
  const directory = new DynamoDirectory(documentClient(), tableName);
  const dispatcher = new IotDispatcher(iotClient(), systemClock);
  const result = await applyPresence(directory, presence, (word) =>
    tell(dispatcher, presence, 'site.tenure', word, systemClock),
  );
  const { kind } = presence;
  const { applied, refused } = result;
  log.info('presence', { kind, applied });
  if (refused.length > 0) {
    log.warn('devices of another site', { devices: refused });
    await tell(dispatcher, presence, 'device.refused', { devices: [...refused] }, systemClock);
  }
  const agents = new DynamoSiteAgents(documentClient(), tableName);
  const revoked = await welcome(agents, new AwsRevoker(controlClient, iotClient), presence);
  if (revoked.length > 0) log.info('older certificates revoked', { certificates: revoked });
  return result;
}

/** @throws what went wrong, for the event to be brought again or put aside */
export async function handler(event: unknown): Promise<PresenceResult> {
  const presence = presenceEventSchema.parse(event);
  const { tenant, site } = presence;
  return about({ tenant, site }, async () => {
    try {
      return await take(presence);
    } catch (error) {
      log.error('presence not taken', error as Error);
      throw error;
    }
  });
}
