// Many people of one file: what each line would change, or has changed.
import type { ImportLine } from '../../../shared/api/people.ts';
import { type Language, Spoken } from '../../../shared/words.ts';
import { ImportError, type PlannedLine, planImport } from '../../people/import.ts';
import { type WrittenLine, writeImport } from '../../people/import-write.ts';
import { askerOf } from '../../people/plan.ts';
import type { PeoplePorts } from '../../people/ports.ts';
import { type Answer, json } from '../answer/answer.ts';
import { fieldText } from '../answer/findings.ts';
import { message } from '../answer/messages.ts';
import { Problem } from '../answer/problem.ts';
import { problemOf } from '../answer/problem-answer.ts';
import { waitLimit } from '../commands/command.ts';
import type { Call } from '../request/call.ts';

function importProblem(error: unknown): unknown {
  if (!(error instanceof ImportError)) return error;
  const { troubles, count } = error;
  const [first] = troubles;
  return new Problem('import_invalid', {
    params: (language) => ({
      count,
      line: first?.line ?? 0,
      column: first?.column ?? '',
      problem: new Spoken(fieldText(first?.text ?? 'not_allowed', language)),
    }),
    extras: (language) => ({
      details: troubles.map(({ line, column, text }) => ({
        path: `${line}.${column}`,
        message: fieldText(text, language),
      })),
    }),
  });
}

/** Every line is planned before the first is written. */
export async function importPeople(ports: PeoplePorts, call: Call<'peopleImport'>): Promise<Answer> {
  const asker = await askerOf(ports, call.principal);
  const isDry = call.query.dry_run === true;
  const lines: readonly PlannedLine[] = await planImport(ports, asker, call.body).catch((error: unknown) => {
    throw importProblem(error);
  });
  const isChange = lines.some(({ plan }) => plan.after !== null);
  if (isDry || !isChange)
    return json(
      200,
      bodyOf(
        call,
        lines.map(({ shown }) => shown),
      ),
    );
  const written = await writeImport(ports, asker, lines, waitLimit(ports.clock, call));
  return json(
    202,
    bodyOf(
      call,
      written.map((line) => shownAs(line, call.language)),
    ),
    { location: '/people' },
  );
}

/** A line as it stands now that others were written, too. */
function shownAs({ planned: { shown }, error }: WrittenLine, language: Language): ImportLine {
  if (error === undefined) return shown;
  const problem = problemOf(error);
  return { ...shown, action: 'failed', code: problem.shownCode, error: problem.text(language) };
}

function bodyOf({ name, language, query }: Call<'peopleImport'>, lines: readonly ImportLine[]) {
  const count = (action: ImportLine['action']) => lines.filter((line) => line.action === action).length;
  return {
    success: true,
    message: message(name, language, {}),
    dry_run: query.dry_run === true,
    created: count('create'),
    updated: count('update'),
    unchanged: count('unchanged'),
    failed: count('failed'),
    data: lines,
  };
}
