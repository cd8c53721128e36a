// Asking an agent about a command: what became of it, and whether it can still be cancelled.
import { ulid } from 'ulid';
import * as z from 'zod';
import { SerenoError } from '../../shared/errors.ts';
import type { CommandRow, Settlement } from './ledger.ts';
import { readSettlement } from './outcome.ts';
import type { CommandPorts } from './ports.ts';
import { waitFor } from './waiting.ts';

/** How long the answer of an agent may take, ms. */
const QUERY_WAIT = 2000;
const CANCEL_WAIT = 8000;
/** What nobody waits for any more need not be done. */
const ASK_WITHIN = 10_000;

function ask(ports: CommandPorts, about: CommandRow, op: 'op.query' | 'op.cancel', id: string) {
  const now = ports.clock.now();
  return ports.sender.send(about, {
    id,
    op,
    issuedAt: now,
    notAfter: now + ASK_WITHIN,
    args: { command_id: about.id },
  });
}

/** Has the agent tell again what became of a command; waits a moment for it to land in the ledger. */
export async function queryAgent(ports: CommandPorts, command: CommandRow): Promise<Settlement | null> {
  const { clock, ledger, place } = ports;
  return place.during(async () => {
    const sent = await ask(ports, command, 'op.query', ulid(clock.now()));
    if (sent === 'offline' || sent === 'refused') return null;
    return waitFor(() => readSettlement(ledger, command), clock, endsBy(place, clock.now() + QUERY_WAIT));
  });
}

/** A call without a place waits no longer. */
function endsBy(place: CommandPorts['place'], until: number): () => number {
  return () => (place.crowdedOut ? 0 : until);
}

const cancelResult = z.object({ cancelled: z.boolean() });

/**
 * Cancels a command.
 *
 * @returns whether it was cancelled, or null where the agent did not answer in time
 * @throws SerenoError `agent_offline`, `service_unavailable`, `too_many_calls`
 */
export async function cancelAtAgent(ports: CommandPorts, command: CommandRow): Promise<boolean | null> {
  await ports.place.admit();
  return ports.place.during(() => cancelNow(ports, command));
}

async function cancelNow(ports: CommandPorts, command: CommandRow): Promise<boolean | null> {
  const { clock, ledger, place } = ports;
  const id = ulid(clock.now());
  const sent = await ask(ports, command, 'op.cancel', id);
  if (sent === 'offline') throw new SerenoError('agent_offline', { params: { site: command.site } });
  if (sent === 'refused') throw new SerenoError('service_unavailable');
  const settlement = await waitFor(
    // The reply lies in the partition of the asking command, which has no row of its own.
    () => readSettlement(ledger, { ...command, id }),
    clock,
    endsBy(place, clock.now() + CANCEL_WAIT),
  );
  if (settlement === null) return null;
  const result = cancelResult.safeParse(settlement.data);
  return settlement.status === 'ok' && result.success && result.data.cancelled;
}
