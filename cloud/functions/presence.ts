// Called by the IoT rules for hellos, last wills and disconnects, and by the clock for a sweep: keeps the directory.
import { type PresenceEvent, presenceEventSchema, sweepEventSchema } from '../../shared/wire/envelope.ts';
import { controlClient, iotClient } from '../clients.ts';
import { systemClock } from '../clock.ts';
import { IotDispatcher } from '../commands/iot-dispatcher.ts';
import { directoryConfig } from '../config.ts';
import { brokerOf } from '../directory/connections.ts';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import { applyPresence, MalformedMessage, type PresenceResult } from '../directory/presence.ts';
import { sweep } from '../directory/sweep.ts';
import { tell } from '../directory/word.ts';
import { welcome } from '../enrolment/arrival.ts';
import { AwsRevoker } from '../enrolment/aws-revoker.ts';
import { DynamoSiteAgents } from '../enrolment/dynamo-site-agents.ts';
import { about, log } from '../log.ts';
import { tableNamed } from '../store/client.ts';

const askBroker = brokerOf(iotClient);
/** A sweep ends a while before the function's time does. */
const SWEEP_MS = 20_000;

/** What it cannot do now the next one does: it fails for nobody. */
async function sweepSites(): Promise<void> {
  const { now } = systemClock;
  const endsAt = now() + SWEEP_MS;
  try {
    const directory = new DynamoDirectory(tableNamed(directoryConfig().tableName));
    const { asked, gone, left } = await sweep(directory, askBroker, { now, endsAt });
    // As the end that was lost would have been told, so that it is counted with the others.
    for (const at of gone) log.warn('presence', { ...at, kind: 'disconnected', applied: true, swept: true });
    log.info('sweep', { asked, gone: gone.length, left });
  } catch (error) {
    log.error('sweep failed', error as Error);
  }
}

async function take(presence: PresenceEvent): Promise<PresenceResult> {
  const table = tableNamed(directoryConfig().tableName);
  const directory = new DynamoDirectory(table);
  const dispatcher = new IotDispatcher(iotClient(), systemClock);
  const result = await applyPresence(
    directory,
    presence,
    (word) => tell(dispatcher, presence, 'site.tenure', word, systemClock),
    askBroker,
  );
  const { kind } = presence;
  const { applied, refused, dropped } = result;
  log.info('presence', { kind, applied });
  if (dropped > 0) log.warn('presence malformed', { kind, dropped });
  if (refused.length > 0) {
    log.warn('devices of another site', { devices: refused });
    await tell(dispatcher, presence, 'device.refused', { devices: [...refused] }, systemClock);
  }
  const agents = new DynamoSiteAgents(table);
  const revoked = await welcome(agents, new AwsRevoker(controlClient, iotClient), presence);
  if (revoked.length > 0) log.info('older certificates revoked', { certificates: revoked });
  return result;
}

/** @throws what went wrong, for the event to be brought again or put aside */
export async function handler(event: unknown): Promise<PresenceResult | null> {
  if (sweepEventSchema.safeParse(event).success) {
    await sweepSites();
    return null;
  }
  const presence = presenceEventSchema.parse(event);
  const { tenant, site } = presence;
  return about({ tenant, site }, async () => {
    try {
      return await take(presence);
    } catch (error) {
      if (error instanceof MalformedMessage) {
        // Whoever may speak for a site must not raise an alarm of this function, nor fill the queue of what failed.
        log.warn('presence malformed', { kind: presence.kind, dropped: 1 });
        return { applied: false, refused: [], dropped: 1 };
      }
      log.error('presence not taken', error as Error);
      throw error;
    }
  });
}
