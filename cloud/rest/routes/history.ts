// What the routes of history answer: how a terminal, or the agent of a branch, stood before.
import type { StateChangeView } from '../../../shared/api/history.ts';
import type { Principal } from '../../../shared/api/principal.ts';
import { slugSchema } from '../../../shared/domain/identifiers.ts';
import { SerenoError } from '../../../shared/errors.ts';
import type { Language } from '../../../shared/words.ts';
import type { Directory } from '../../directory/directory.ts';
import { locate } from '../../directory/locate.ts';
import {
  type Changing,
  changeCursorSchema,
  type StateChange,
  type StateChanges,
} from '../../events/changes.ts';
import { type Answer, ok } from '../answer/answer.ts';
import { decodeCursor, encodeCursor } from '../answer/cursor.ts';
import { sentenceOf } from '../answer/views.ts';
import type { Call } from '../request/call.ts';

const DEFAULT_ROWS = 100;
const MOST_ROWS = 500;

export interface HistoryPorts {
  readonly directory: Directory;
  readonly changes: StateChanges;
}

function changeView({ of, state, at, reason }: StateChange, language: Language): StateChangeView {
  const sentence = reason === null ? null : sentenceOf(reason, language);
  return {
    of,
    state,
    since: new Date(at).toISOString(),
    ...(sentence === null ? {} : { reason: sentence }),
  };
}

async function answer(
  { changes }: HistoryPorts,
  { query, language }: Pick<Call<'deviceHistory'>, 'query' | 'language'>,
  of: Changing,
): Promise<Answer> {
  const limit = Math.min(query.limit ?? DEFAULT_ROWS, MOST_ROWS);
  const after = query.cursor === undefined ? undefined : decodeCursor(changeCursorSchema, query.cursor);
  const page = await changes.list(of, limit, after);
  return ok({
    data: page.changes.map((change) => changeView(change, language)),
    ...(page.next === undefined ? {} : { next_cursor: encodeCursor(page.next) }),
  });
}

/** @throws DeviceNotFound */
export async function deviceHistory(ports: HistoryPorts, call: Call<'deviceHistory'>): Promise<Answer> {
  const { principal, params } = call;
  const { site, device } = await locate(ports.directory, principal, params.device_id ?? '');
  return answer(ports, call, { tenant: principal.tenant, site, device });
}

/** @throws SerenoError `site_not_found` */
export async function siteHistory(ports: HistoryPorts, call: Call<'siteHistory'>): Promise<Answer> {
  const { principal, params } = call;
  const site = await seenSite(ports.directory, principal, params.site ?? '');
  return answer(ports, call, { tenant: principal.tenant, site });
}

async function seenSite(directory: Directory, { tenant }: Principal, site: string): Promise<string> {
  const isThere = slugSchema.safeParse(site).success && (await directory.site(tenant, site)) !== null;
  if (!isThere) throw new SerenoError('site_not_found', { params: { site } });
  return site;
}
