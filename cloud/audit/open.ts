// Changes of which nobody has told the outcome: who made them did not wait, or was killed. Their outcomes are looked for.
import { sideBySide } from '../bounded.ts';
import type { Ending } from './entry.ts';
import { auditIndex, auditKeys } from './keys.ts';
import { type AuditTrail, type State, stateSchema } from './trail.ts';

const ROWS_PER_SWEEP = 200;
const LANES = 10;
/** No function runs as long: who made the change is not at it any more. */
const GIVEN_UP_MS = 15 * 60_000;
const LEAST_PAUSE_MS = 60_000;

/** What became of a command: `gone` where there is no such command, null while it is not known. */
export type OutcomeOf = (tenant: string, command: string) => Promise<Ending | 'gone' | null>;

async function endingOf({ tenant, command, at }: State, outcomeOf: OutcomeOf, now: number) {
  const isGivenUp = now - at > GIVEN_UP_MS;
  if (command === undefined) return isGivenUp ? ({ outcome: 'unknown' } as const) : null;
  const ending = await outcomeOf(tenant, command);
  if (ending !== 'gone') return ending;
  return isGivenUp ? ({ outcome: 'unknown' } as const) : null;
}

/** Enters the outcomes that are known by now; what is not is looked at again later, and ever more rarely. */
export async function settleOpen(trail: AuditTrail, outcomeOf: OutcomeOf): Promise<void> {
  const { table, clock } = trail;
  const now = clock.now();
  const { rows } = await table.page(
    { index: true, pk: 'AUDIT_OPEN', sk: { before: auditIndex.time(now) } },
    ROWS_PER_SWEEP,
  );
  await sideBySide(rows, LANES, async (row) => {
    const state = stateSchema.parse(row);
    const ending = await endingOf(state, outcomeOf, now);
    if (ending !== null) return trail.end(state.tenant, state, ending);
    const due = now + Math.max(LEAST_PAUSE_MS, (now - state.at) / 2);
    const { opsSk } = auditIndex.open(state.tenant, Math.round(due), state);
    await table.updateIf(auditKeys.state(state.tenant, state), {
      set: 'opsSk = :due',
      condition: 'attribute_exists(pk) AND attribute_not_exists(outcome)',
      values: { due: opsSk },
    });
  });
}
