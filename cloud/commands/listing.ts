// Operations newest first, as far as one may see them, by device, badge and state.

import type { Principal } from '../../shared/api/principal.ts';
import type { OperationState } from '../../shared/domain/operation-states.ts';
import { sideBySide } from '../bounded.ts';
import type { CommandRow } from './ledger.ts';
import { maySee, type Operation, operationNow } from './operations.ts';
import type { CommandPorts } from './ports.ts';
import { isBefore, type Span, startOf } from './span.ts';

/** Operations of one answer: each costs a look at its replies. */
export const DEFAULT_LIMIT = 50;
export const MOST_OPERATIONS = 200;
const LANES = 10;
/** Rows of the index, before any filter. */
const ROWS_PER_READ = 200;
/** A filter that matches little ends with a cursor rather than with a time-out. */
const MOST_READS = 5;

export interface OperationsWanted extends Span {
  readonly limit?: number | undefined;
  readonly device?: string | undefined;
  readonly site?: string | undefined;
  readonly op?: string | undefined;
  /** The badge that it is about. */
  readonly user_id?: string | undefined;
  readonly state?: OperationState | undefined;
  /** Id of the command to go on after. */
  readonly after?: string | undefined;
}

export interface OperationPage {
  readonly operations: readonly Operation[];
  /** Id to go on after, absent on the last page. */
  readonly next?: string;
}

function page(operations: readonly Operation[], next: string | undefined): OperationPage {
  return { operations, ...(next === undefined ? {} : { next }) };
}

function looks({ ledger, clock }: CommandPorts, commands: readonly CommandRow[]): Promise<Operation[]> {
  return sideBySide(commands, LANES, (command) =>
    operationNow(ledger, command, { full: false, now: clock.now() }),
  );
}

/** States are as of now, agents are not asked. */
export async function listOperations(
  ports: CommandPorts,
  principal: Principal,
  wanted: OperationsWanted,
): Promise<OperationPage> {
  const limit = Math.min(wanted.limit ?? DEFAULT_LIMIT, MOST_OPERATIONS);
  const { device, site, op, user_id: userId } = wanted;
  let after = startOf(wanted, wanted.after);
  const found: Operation[] = [];
  for (let read = 0; read < MOST_READS; read++) {
    const rows = await ports.ledger.list(principal.tenant, ROWS_PER_READ, {
      device,
      site,
      op,
      userId,
      before: after,
    });
    const inTime = rows.commands.filter(({ id }) => !isBefore(wanted, id));
    const isOver = rows.next === undefined || isBefore(wanted, rows.next);
    let rest = inTime.filter((command) => maySee(principal, command));
    while (rest.length > 0) {
      const batch = rest.slice(0, Math.max(LANES, limit - found.length));
      rest = rest.slice(batch.length);
      for (const operation of await looks(ports, batch)) {
        if (wanted.state !== undefined && operation.state !== wanted.state) continue;
        found.push(operation);
        if (found.length < limit) continue;
        const { id } = operation.command;
        const isLast = id === batch.at(-1)?.id && rest.length === 0 && isOver;
        return page(found, isLast ? undefined : id);
      }
    }
    after = isOver ? undefined : rows.next;
    if (after === undefined) break;
  }
  return page(found, after);
}
