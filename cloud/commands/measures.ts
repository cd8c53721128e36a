// One log line per try of a command, which CloudWatch reads as metrics too (embedded metric format). No metrics
// library: the logger writes JSON lines anyway, and a cold start has better things to load.
import { log } from '../log.ts';
import type { CommandRow } from './ledger.ts';
import type { Outcome } from './outcome.ts';
import type { Dispatched } from './sender.ts';

export interface Measured {
  /** Nobody waits for its outcome. */
  readonly async: boolean;
  readonly command: CommandRow;
  readonly dispatched: Dispatched;
  /** Until the agent had it on its disk, or the message service knew better. */
  readonly ackMs: number;
  /** Until there was an outcome, or it was no longer waited for. */
  readonly replyMs: number;
  readonly outcome: Outcome;
}

const NAMESPACE = process.env.POWERTOOLS_METRICS_NAMESPACE ?? 'Sereno';
const MILLISECONDS = ['AckMs', 'ReplyMs', 'QueueMs', 'DeviceMs'] as const;

type Values = Partial<Record<(typeof MILLISECONDS)[number], number>>;

/** `ok`, `error`, … as the agent says it; `offline` and the like where nothing left; `begun` or `pending`. */
function outcomeName({ dispatched, outcome }: Measured): string {
  if (outcome.kind !== 'settled') return outcome.kind;
  return outcome.command.unsent === undefined ? outcome.settlement.status : dispatched;
}

function valuesOf({ async, dispatched, ackMs, replyMs, outcome }: Measured): Values {
  const spent = outcome.kind === 'settled' ? outcome.settlement.spent : undefined;
  return {
    ...(dispatched === 'delivered' ? { AckMs: ackMs } : {}),
    // Nobody waited for an asynchronous one, and an unknown one has no time yet.
    ...(async || outcome.kind === 'pending' ? {} : { ReplyMs: replyMs }),
    ...(spent === undefined ? {} : { QueueMs: spent.queueMs, DeviceMs: spent.deviceMs }),
  };
}

/** Tenants, sites and devices are properties, not dimensions: each new combination of dimensions is a metric to pay. */
function embedded(values: Values, at: number) {
  const timed = MILLISECONDS.filter((name) => values[name] !== undefined).map((Name) => ({
    Name,
    Unit: 'Milliseconds',
  }));
  return {
    Timestamp: at,
    CloudWatchMetrics: [
      { Namespace: NAMESPACE, Dimensions: [['Operation']], Metrics: timed },
      {
        Namespace: NAMESPACE,
        Dimensions: [['Operation', 'Outcome']],
        Metrics: [{ Name: 'Commands', Unit: 'Count' }],
      },
    ].filter(({ Metrics }) => Metrics.length > 0),
  };
}

/** Writes the line. Source of its form: CloudWatch User Guide, "Specification: Embedded metric format". */
export function logMeasures(measured: Measured): void {
  const { op, tries } = measured.command;
  const values = valuesOf(measured);
  log.info('command', {
    tries,
    dispatched: measured.dispatched,
    Operation: op,
    Outcome: outcomeName(measured),
    // A command that nobody waits for is never late: only the others are worth an alarm.
    unsettled: !measured.async && measured.outcome.kind === 'pending',
    Commands: 1,
    ...values,
    _aws: embedded(values, Date.now()),
  });
}
