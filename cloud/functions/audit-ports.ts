// What joins the audit log with commands: each change is entered before it is sent, its outcome when it is known.
import { type IdentifierInfo, isSuccess } from '../../shared/domain/access-identifier.ts';
import { isSaidAloud } from '../../shared/wire/events.ts';
import { isOfKind, operations } from '../../shared/wire/operations.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { Deed, Ending } from '../audit/entry.ts';
import { type OutcomeOf, settleOpen } from '../audit/open.ts';
import { trim } from '../audit/retention.ts';
import { auditTrail } from '../audit/services.ts';
import { isRead } from '../commands/actions.ts';
import { withoutFailing } from '../commands/attempt.ts';
import { DynamoLedger } from '../commands/dynamo-ledger.ts';
import type { CommandRow, Settlement } from '../commands/ledger.ts';
import { readSettlement } from '../commands/outcome.ts';
import { STATE_OF_REPLY } from '../commands/state.ts';
import { waitFor } from '../commands/waiting.ts';
import type { Begun, Witness } from '../commands/witness.ts';
import { auditConfig } from '../config.ts';
import { tellUnknown } from '../events/unknown.ts';
import { eventPorts } from './event-ports.ts';

/** What became of identifiers, one an item. */
const infosSchema = operations['identifier.put'].result;

function deedOf({ id, site, device, userId, request }: Begun): Deed {
  const { principal, origin } = request;
  return {
    ...origin,
    fields: [...origin.fields],
    subject: principal.subject,
    site,
    device,
    ...(userId === null ? {} : { user: userId }),
    command: id,
  };
}

function endingOf({ status, code, data }: Settlement): Ending {
  const told = status === 'ok' ? infosSchema.safeParse(data).data : undefined;
  if (told !== undefined) return endingOfItems(told.infos);
  return { outcome: STATE_OF_REPLY[status], ...(code === undefined ? {} : { code }) };
}

/** Each identifier has an answer of its own: a command that was gone through may have changed nothing. */
function endingOfItems(infos: readonly IdentifierInfo[]): Ending {
  const [first] = infos;
  if (infos.includes('unknown_outcome')) return { outcome: 'unknown' };
  if (first === undefined || infos.some(isSuccess)) return { outcome: 'succeeded' };
  return { outcome: 'failed', code: first };
}

export const auditWitness: Witness = {
  async begin(change) {
    if (isRead(change.request.action)) return;
    await auditTrail().begin(change.request.principal.tenant, deedOf(change));
  },
  async settled(command, settlement) {
    // No caller waits for what `intake` hears of and enters.
    if (!isSaidAloud(isOfKind('write', command.op), settlement)) await enter(command, settlement);
  },
};

async function enter({ tenant, id, route }: CommandRow, settlement: Settlement): Promise<void> {
  if (!isRead(route)) await auditTrail().endCommand(tenant, id, endingOf(settlement));
}

/** The rule that puts a reply into the table runs beside the one that hands it to `intake`. */
const REPLY_WITHIN_MS = 2000;

/** Enters what came of a change of a user that an agent has said to be made; commands of another branch are not its to speak of. */
export async function enterHeard({ tenant, site }: SiteAddress, id: string): Promise<void> {
  const { table, clock } = auditTrail();
  const ledger = new DynamoLedger(table);
  const command = await ledger.command(tenant, id);
  if (command === null || command.site !== site) return;
  const settlement = await waitFor(
    () => readSettlement(ledger, command),
    clock,
    clock.now() + REPLY_WITHIN_MS,
  );
  if (settlement !== null) await enter(command, settlement);
}

/** What the ledger knows of a command. */
const commandOutcome: OutcomeOf = async (tenant, id) => {
  const ledger = new DynamoLedger(auditTrail().table);
  const command = await ledger.command(tenant, id);
  if (command === null) return 'gone';
  const settlement = await readSettlement(ledger, command);
  if (settlement !== null) return endingOf(settlement);
  const { table, feed, clock } = eventPorts();
  await tellUnknown({ table, feed }, command, clock.now());
  return null;
};

/** Old entries are let go within this time of one sweep. */
const TRIM_MS = 5_000;

/** What the audit log needs from time to time: outcomes that nobody told, and room. What fails now the next sweep does. */
export async function keepAudit(): Promise<void> {
  const trail = auditTrail();
  const { table, clock } = trail;
  const now = () => clock.now();
  await withoutFailing('audit outcomes', () => settleOpen(trail, commandOutcome));
  await withoutFailing('audit retention', () =>
    trim({ table, days: auditConfig().days, now, endsAt: now() + TRIM_MS }),
  );
}
