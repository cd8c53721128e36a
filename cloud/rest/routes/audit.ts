// GET /audit: who changed what, as JSON or CSV.
import { type AuditView, auditView } from '../../../shared/api/audit.ts';
import { seesEverySite } from '../../../shared/api/site-rights.ts';
import type { DeedEntry } from '../../audit/entry.ts';
import { auditPage, auditPlaceSchema, type Told } from '../../audit/listing.ts';
import type { AuditTrail } from '../../audit/trail.ts';
import { maySeeSite } from '../../directory/visible.ts';
import { type Answer, ok } from '../answer/answer.ts';
import { csvAnswer, wantsCsv } from '../answer/csv.ts';
import { decodeCursor, encodeCursor } from '../answer/cursor.ts';
import type { Call, Handlers } from '../request/call.ts';

const DEFAULT_ROWS = 200;
/** A hundred accounts may have been changed by one entry. */
const MOST_ROWS = 500;

type AuditCall = Call<'auditList'>;

function viewOf({ entry, ending }: Told): AuditView {
  const { chain, number, at, subject, face, address, what, site, device, user, fields, objects, command } =
    entry;
  return {
    id: `${chain}-${number}`,
    at: new Date(at).toISOString(),
    subject,
    face,
    address,
    what,
    ...(site === undefined ? {} : { site }),
    ...(device === undefined ? {} : { device_id: device }),
    ...(user === undefined ? {} : { user_id: user }),
    fields,
    ...(objects === undefined ? {} : { objects }),
    ...(command === undefined ? {} : { operation_id: command }),
    outcome: ending?.outcome ?? 'pending',
    ...(ending?.code === undefined ? {} : { code: ending.code }),
    ...(ending === null ? {} : { settled_at: new Date(ending.at).toISOString() }),
  };
}

/** A line holds texts: lists by spaces, things as `kind:id`. */
function lineOf({ fields, objects, ...rest }: AuditView) {
  return {
    ...rest,
    fields: fields.join(' '),
    objects: objects?.map(({ kind, id }) => `${kind}:${id}`).join(' '),
  };
}

/** What is about no branch is for those who see all of them. */
function isSeen({ principal }: AuditCall, { site }: DeedEntry): boolean {
  return site === undefined ? seesEverySite(principal.sites) : maySeeSite(principal, site);
}

function isMeant({ query }: AuditCall, entry: DeedEntry): boolean {
  const { subject, address, what, site, device, user_id, operation } = query;
  return (
    (subject === undefined || entry.subject === subject) &&
    (address === undefined || entry.address === address) &&
    (what === undefined || entry.what === what) &&
    (site === undefined || entry.site === site) &&
    (device === undefined || entry.device === device) &&
    (user_id === undefined || entry.user === user_id) &&
    (operation === undefined || entry.command === operation)
  );
}

async function auditList({ table }: AuditTrail, call: AuditCall): Promise<Answer> {
  const { from, to, order = 'desc', limit = DEFAULT_ROWS, cursor } = call.query;
  const { told, next } = await auditPage(table, {
    tenant: call.principal.tenant,
    from,
    to,
    order,
    limit: Math.min(limit, MOST_ROWS),
    after: cursor === undefined ? undefined : decodeCursor(auditPlaceSchema, cursor),
    wants: (entry) => isSeen(call, entry) && isMeant(call, entry),
  });
  const data = told.map(viewOf);
  const next_cursor = next === undefined ? undefined : encodeCursor(next);
  if (wantsCsv(call.headers)) return csvAnswer(auditView.keyof().options, data.map(lineOf), next_cursor);
  return ok({ data, ...(next_cursor === undefined ? {} : { next_cursor }) });
}

export const auditHandlers: Handlers<'audit', AuditTrail> = { auditList };
