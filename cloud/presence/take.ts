// All that follows an event of presence: the directory, words to the agent, certificates that a new one has replaced.
import type { WantedStore } from '../../shared/domain/wanted-person.ts';
import type { PresenceEvent } from '../../shared/wire/envelope.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import { sendWord } from '../commands/word.ts';
import type { Directory } from '../directory/directory.ts';
import { welcome } from '../enrolment/arrival.ts';
import type { SiteAgents } from '../enrolment/enrolments.ts';
import type { Revoker } from '../enrolment/issuer.ts';
import { about, log } from '../log.ts';
import { tellUpdate, type UpdateTellers } from '../updates/telling.ts';
import type { AskBroker } from './connections.ts';
import { applyPresence, devicesIn, MalformedMessage, type PresenceResult, wantedIn } from './presence.ts';
import { sweep } from './sweep.ts';

export interface PresencePorts extends UpdateTellers {
  readonly directory: Directory;
  readonly agents: SiteAgents;
  readonly revoker: Revoker;
  readonly askBroker: AskBroker;
  /** Tells the feed who has come or gone, as the directory has it now. */
  readonly tell: (at: SiteAddress, devices: readonly string[]) => Promise<unknown>;
  /** Sees who is kept at its terminals; tells which of these are to be told something. */
  readonly greetPeople: (
    at: SiteAddress,
    wanted: WantedStore | undefined,
    devices: readonly string[],
  ) => Promise<readonly string[]>;
}

/** A sweep ends a while before its function's time does. */
const SWEEP_MS = 20_000;

/** What the next function needs: terminals whose agent is to hear of people. */
export interface ToTell {
  readonly toTell?: { readonly tenant: string; readonly devices: readonly string[] };
}

async function take(ports: PresencePorts, event: PresenceEvent): Promise<PresenceResult & ToTell> {
  const { directory, sender, agents, revoker, askBroker, clock } = ports;
  const { update, ...result } = await applyPresence(
    directory,
    event,
    (word) => sendWord(sender, event, 'site.tenure', word, clock),
    askBroker,
  );
  const { kind } = event;
  const { applied, refused, dropped } = result;
  log.info('presence', { kind, applied });
  if (dropped > 0) log.warn('presence malformed', { kind, dropped });
  if (refused.length > 0) {
    log.warn('devices of another site', { devices: refused });
    await sendWord(sender, event, 'device.refused', { devices: [...refused] }, clock);
  }
  if (update !== null) await tellUpdate(ports, event, update);
  // Also for an event that changes nothing any more: the run that took it may have been killed before it told anybody.
  const devices = devicesIn(event);
  await ports.tell(event, devices);
  const due = result.applied ? await ports.greetPeople(event, wantedIn(event), devices) : [];
  const revoked = await welcome(agents, revoker, event);
  if (revoked.length > 0) log.info('older certificates revoked', { certificates: revoked });
  return due.length === 0 ? result : { ...result, toTell: { tenant: event.tenant, devices: due } };
}

/** @throws what went wrong, so that the event is delivered again or put aside */
export function takePresence(ports: PresencePorts, event: PresenceEvent): Promise<PresenceResult & ToTell> {
  const { tenant, site, kind } = event;
  return about({ tenant, site }, async () => {
    try {
      return await take(ports, event);
    } catch (error) {
      if (error instanceof MalformedMessage) {
        // An agent must not be able to raise an alarm of this function, or to fill the queue of what failed.
        log.warn('presence malformed', { kind, dropped: 1 });
        return { applied: false, refused: [], dropped: 1 };
      }
      log.error('presence not taken', error as Error);
      throw error;
    }
  });
}

/** What it cannot do now the next one does: it fails for nobody. */
export async function sweepSites(
  { directory, askBroker, tell, clock }: Pick<PresencePorts, 'directory' | 'askBroker' | 'tell' | 'clock'>,
  share = 1,
): Promise<void> {
  const now = () => clock.now();
  try {
    const { asked, gone, left } = await sweep(directory, askBroker, { now, endsAt: now() + SWEEP_MS, share });
    // Logged as the lost end would have been, so that it is counted with the others.
    for (const at of gone) {
      log.warn('presence', { ...at, kind: 'disconnected', applied: true, swept: true });
      await tell(at, []);
    }
    log.info('sweep', { asked, gone: gone.length, left });
  } catch (error) {
    log.error('sweep failed', error as Error);
  }
}
