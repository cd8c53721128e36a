// GET /operations: newest first, what the caller may see, filtered by device and state.
import * as z from 'zod';
import type { OperationView } from '../../shared/api/answers.ts';
import { commandIdSchema } from '../../shared/domain/identifiers.ts';
import { sideBySide } from '../bounded.ts';
import type { Call } from '../rest/call.ts';
import { decodeCursor, encodeCursor } from '../rest/cursor.ts';
import type { Services } from '../services.ts';
import type { CommandRow } from './ledger.ts';
import { maySee, viewed } from './operations.ts';

/** Operations of one answer: each costs a look at its replies. */
const DEFAULT_LIMIT = 50;
const MOST_OPERATIONS = 200;
const LANES = 10;
/** Rows of the index, before any filter. */
const ROWS_PER_READ = 200;
/** A filter that matches little ends with a cursor rather than with a time-out. */
const MOST_READS = 5;

type ListCall = Call<'operationList'>;

interface Page {
  readonly data: readonly OperationView[];
  readonly next_cursor?: string;
}

function page(data: readonly OperationView[], after: string | undefined): Page {
  return { data, ...(after === undefined ? {} : { next_cursor: encodeCursor(after) }) };
}

function views(services: Services, language: ListCall['language'], commands: readonly CommandRow[]) {
  return sideBySide(commands, LANES, async (command) => {
    const options = { full: false, language, now: services.clock.now() };
    return (await viewed(services, command, options)).view;
  });
}

/** The body of the list without `success`; states are as of now, agents are not asked. */
export async function operationList(services: Services, call: ListCall): Promise<Page> {
  const { principal, query, language } = call;
  const limit = Math.min(query.limit ?? DEFAULT_LIMIT, MOST_OPERATIONS);
  let after =
    query.cursor === undefined ? undefined : decodeCursor(z.string().pipe(commandIdSchema), query.cursor);
  const data: OperationView[] = [];
  for (let read = 0; read < MOST_READS; read++) {
    const rows = await services.ledger.list(principal.tenant, ROWS_PER_READ, query.device, after);
    let rest = rows.commands.filter((command) => maySee(principal, command));
    while (rest.length > 0) {
      const batch = rest.slice(0, Math.max(LANES, limit - data.length));
      rest = rest.slice(batch.length);
      for (const view of await views(services, language, batch)) {
        if (query.state !== undefined && view.state !== query.state) continue;
        data.push(view);
        if (data.length < limit) continue;
        const isLast = view.id === batch.at(-1)?.id && rest.length === 0 && rows.next === undefined;
        return page(data, isLast ? undefined : view.id);
      }
    }
    after = rows.next;
    if (after === undefined) break;
  }
  return page(data, after);
}
