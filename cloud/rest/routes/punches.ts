// GET /punches: what is stored, as JSON or CSV.
import { punchView } from '../../../shared/api/punches.ts';
import { punchName, statusName } from '../../../shared/domain/punch-names.ts';
import type { Language } from '../../../shared/words.ts';
import { placeSchema, punchPage } from '../../events/listing.ts';
import type { EventPorts } from '../../events/ports.ts';
import type { PunchRow } from '../../events/punches.ts';
import { punchData } from '../../events/views.ts';
import { type Answer, ok } from '../answer/answer.ts';
import { csvAnswer, wantsCsv } from '../answer/csv.ts';
import { decodeCursor, encodeCursor } from '../answer/cursor.ts';
import type { Call } from '../request/call.ts';
import { sightOf } from './sight.ts';

const DEFAULT_ROWS = 1000;

function shown(row: PunchRow, language: Language) {
  const { status, punch } = row;
  const names = { status_name: statusName(status, language), punch_name: punchName(punch, language) };
  return { ...punchData(row, row.site), ...names };
}

export async function punchList({ table, punches }: EventPorts, call: Call<'punchList'>): Promise<Answer> {
  const { principal, query, language, headers } = call;
  const { limit = DEFAULT_ROWS, cursor, order = 'desc', ...filter } = query;
  const after = cursor === undefined ? undefined : decodeCursor(placeSchema, cursor);
  const span = await punches.span(principal.tenant);
  const { rows, next } = await punchPage(table, sightOf(principal), span, { ...filter, order, limit, after });
  const data = rows.map((row) => shown(row, language));
  const next_cursor = next === undefined ? undefined : encodeCursor(next);
  if (wantsCsv(headers)) return csvAnswer(punchView.keyof().options, data, next_cursor);
  const isAll = cursor === undefined && next_cursor === undefined;
  return ok({
    ...(isAll ? { total: data.length } : {}),
    data,
    ...(next_cursor === undefined ? {} : { next_cursor }),
  });
}
