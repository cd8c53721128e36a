// Called by the IoT rule for what agents tell: stores it, puts it into the feed, and lets the agent forget it.
import { type IntakeEvent, intakeEventSchema } from '../../shared/wire/events.ts';
import { iotClient } from '../clients.ts';
import { withoutFailing } from '../commands/attempt.ts';
import { tellStored } from '../events/acknowledge.ts';
import { batchOf, MalformedBatch, type Taken, takeBatch } from '../events/intake.ts';
import { Restorations } from '../events/restored.ts';
import { tellSettled } from '../events/settled.ts';
import { about, log } from '../log.ts';
import { hearPeople } from '../people/heard.ts';
import { enterHeard } from './audit-ports.ts';
import { eventPorts } from './event-ports.ts';
import { spreadPorts } from './people-ports.ts';

/** What the next function needs: the tenant whose feed has grown. */
export interface TakenIn {
  readonly tenant: string;
  /** Happenings that went into the feed. */
  readonly told: number;
}

let made: Restorations | null = null;

function restorations(): Restorations {
  const { table, clock } = eventPorts();
  made ??= new Restorations(table, clock);
  return made;
}

async function take(event: IntakeEvent): Promise<Taken> {
  const { tenant, site } = event;
  const { table, punches, journals, feed, clock } = eventPorts();
  if (event.kind === 'settled') {
    const [told] = await Promise.all([
      tellSettled({ table, feed }, event, event.command, event.at),
      // The sweep enters what this does not.
      withoutFailing('outcome not entered', () => enterHeard(event, event.command)),
    ]);
    return { seq: 0, told, dropped: 0 };
  }
  const batch = batchOf(Buffer.from(event.body, 'base64'));
  const taken = await takeBatch(
    {
      punches,
      journals,
      feed,
      hearPeople: (from, some) => hearPeople(spreadPorts(), from, some),
      now: clock.now,
    },
    { tenant, site },
    batch,
  );
  const mark = await restorations().last();
  const word = { journal: batch.journal, seq: taken.seq, ...(mark === null ? {} : { again: mark }) };
  await tellStored(iotClient(), { tenant, site }, word);
  return taken;
}

/** @throws what went wrong, so that the event is delivered again or put aside; the agent sends the batch again, too */
export async function handler(event: unknown): Promise<TakenIn> {
  const intake = intakeEventSchema.parse(event);
  const { tenant, site } = intake;
  return about({ tenant, site }, async () => {
    try {
      const { told, dropped, seq } = await take(intake);
      log.info('events', { told, seq });
      if (dropped > 0) log.warn('events malformed', { dropped });
      return { tenant, told };
    } catch (error) {
      if (error instanceof MalformedBatch) {
        // Whoever may speak for a site must not raise an alarm of this function, nor fill the queue of what failed.
        log.warn('events malformed', { dropped: 1 });
        return { tenant, told: 0 };
      }
      log.error('events not taken', error as Error);
      throw error;
    }
  });
}
