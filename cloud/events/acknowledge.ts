// Tells an agent how far its events are stored. What gets lost does no harm: it sends the batch again and is told then.
import { type IoTDataPlaneClient, SendDirectMessageCommand } from '@aws-sdk/client-iot-data-plane';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import { WIRE_VERSION } from '../../shared/wire/envelope.ts';
import type { Stored } from '../../shared/wire/events.ts';
import { type SiteAddress, topics } from '../../shared/wire/topics.ts';
import { log } from '../log.ts';

/** To the agent that is connected now, without waiting for its PUBACK. */
export async function tellStored(
  client: IoTDataPlaneClient,
  at: SiteAddress,
  { journal, seq, again }: Pick<Stored, 'journal' | 'seq' | 'again'>,
): Promise<void> {
  const stored: Stored = { v: WIRE_VERSION, journal, seq, ...(again === undefined ? {} : { again }) };
  const message = new SendDirectMessageCommand({
    clientId: clientIdOf(at.tenant, at.site),
    topic: topics.stored(at),
    payload: Buffer.from(JSON.stringify(stored)),
  });
  try {
    await client.send(message);
  } catch (error) {
    log.warn('agent not told', { error: (error as Error).name });
  }
}
