// What of the feed is a problem, what ends it, and how bad it is. One row for each type of event: a new type has to say.
//
// How the folder works: watch.ts follows the feed and keeps the problems of a tenant (problems.ts); what is to be told is
// frozen as a round, of which each media gets one notice (recipients.ts); sending.ts sends notices by mail.ts or as
// webhooks, in the words of texts.ts.
import type { EventType } from '../../shared/domain/event-types.ts';
import type { Happening } from '../../shared/wire/happening.ts';

/** By their numbers, which are the bits of a media's mask. Source: the contract of media severities. */
export const SEVERITIES = [
  'not_classified',
  'information',
  'warning',
  'average',
  'high',
  'disaster',
] as const;
export type Severity = 0 | 1 | 2 | 3 | 4 | 5;

type About =
  | 'agent'
  | 'update'
  | 'certificate'
  | 'clock'
  | 'disk'
  | 'device'
  | 'rule'
  | 'operation'
  | 'webhook'
  | 'rollout';

type Signal =
  /** A problem that lasts until something ends it. */
  | { readonly does: 'begins'; readonly about: About; readonly severity: Severity }
  | { readonly does: 'ends'; readonly about: About }
  /** Told, and over: nothing says that it ended. */
  | { readonly does: 'passes'; readonly about: About; readonly severity: Severity };

const signals: Readonly<Record<EventType, Signal | null>> = {
  'agent.offline': { does: 'begins', about: 'agent', severity: 4 },
  'agent.online': { does: 'ends', about: 'agent' },
  // The version before runs on.
  'agent.update_failed': { does: 'begins', about: 'update', severity: 3 },
  'agent.updated': { does: 'ends', about: 'update' },
  // The branch goes with it.
  'certificate.ending': { does: 'begins', about: 'certificate', severity: 4 },
  'certificate.renewed': { does: 'ends', about: 'certificate' },
  // Commands wait and punches stay at the terminals once it is full.
  'disk.low': { does: 'begins', about: 'disk', severity: 3 },
  'disk.ok': { does: 'ends', about: 'disk' },
  'clock.off': { does: 'begins', about: 'clock', severity: 2 },
  'clock.ok': { does: 'ends', about: 'clock' },
  'device.offline': { does: 'begins', about: 'device', severity: 3 },
  'device.refused': { does: 'begins', about: 'device', severity: 3 },
  'device.swapped': { does: 'begins', about: 'device', severity: 4 },
  'device.online': { does: 'ends', about: 'device' },
  // Somebody may come in who should not any more.
  'rule.overdue': { does: 'begins', about: 'rule', severity: 4 },
  'rule.failed': { does: 'begins', about: 'rule', severity: 3 },
  'rule.on': { does: 'ends', about: 'rule' },
  'rule.off': { does: 'ends', about: 'rule' },
  'rule.restored': { does: 'passes', about: 'rule', severity: 2 },
  'operation.unknown': { does: 'passes', about: 'operation', severity: 3 },
  'webhook.paused': { does: 'passes', about: 'webhook', severity: 3 },
  'rollout.stopped': { does: 'passes', about: 'rollout', severity: 3 },
  'rollout.done': null,
  'punch.created': null,
  'user.created': null,
  'user.updated': null,
  'user.deleted': null,
  'person.in_step': null,
  'person.refused': null,
  'person.drift': null,
  'person.repaired': null,
  'job.done': null,
};

/** More problems than are kept one by one. */
export const CROWD = 'alerts.crowd';
export type ProblemType = EventType | typeof CROWD;

export function signalOf(type: EventType): Signal | null {
  return signals[type];
}

export function severityOf(type: ProblemType): Severity {
  if (type === CROWD) return 5;
  const signal = signals[type];
  return signal === null || signal.does === 'ends' ? 0 : signal.severity;
}

/** Types of events that are told as problems. */
export const PROBLEM_TYPES = (Object.keys(signals) as EventType[]).filter((type) => {
  const signal = signals[type];
  return signal !== null && signal.does !== 'ends';
});

/** What a problem is about: events of one key are about the same one. */
export function keyOf({ type, site = '', device = '', data }: Happening, signal: Signal): string {
  const { user_id = '', identifier_type = '', operation_id = '', webhook_id = '', rollout_id = '' } = data;
  const parts = {
    agent: [site],
    update: [site],
    certificate: [site],
    clock: [site],
    disk: [site],
    device: [device],
    rule: [device, user_id, identifier_type],
    operation: [operation_id],
    webhook: [webhook_id],
    rollout: [rollout_id],
  }[signal.about];
  const name = signal.does === 'passes' ? type : signal.about;
  return [name, ...parts].join('/');
}
