// The parameters of a method: checked by its schema, and refused with the first thing that is wrong.
import type * as z from 'zod';
import { badParameter, type RpcError } from './errors.ts';
import { ARRAY_EXPECTED, MISSING } from './fields.ts';
import { type Sentence, say } from './sentences.ts';

type Issue = z.core.$ZodIssue;

/** `/1/userid`: places of lists count from one. */
function pathOf(path: Issue['path']): string {
  const steps = path.map((step) => (typeof step === 'number' ? String(step + 1) : String(step)));
  return `/${steps.join('/')}`;
}

function isWithin(path: Issue['path'], outer: Issue['path']): boolean {
  return outer.every((step, at) => path[at] === step);
}

/** What stands first: of each object its unexpected parameters, then the others in their order. */
function firstOf(issues: readonly Issue[]): Issue | undefined {
  const [first] = issues;
  if (first === undefined) return undefined;
  const unexpected = issues.filter(
    (issue) => issue.code === 'unrecognized_keys' && isWithin(first.path, issue.path),
  );
  return unexpected.sort((one, other) => one.path.length - other.path.length)[0] ?? first;
}

/** In both languages, where a kind of this face has refused it. */
function phraseOf(issue: Issue): Sentence {
  const en = issue.message;
  const es: unknown = issue.code === 'custom' ? issue.params?.es : undefined;
  if (typeof es === 'string') return { en, es };
  return en === ARRAY_EXPECTED.en ? ARRAY_EXPECTED : { en, es: say('invalid').es };
}

function errorOf(issue: Issue): RpcError {
  if (issue.code === 'unrecognized_keys') {
    return badParameter(pathOf(issue.path), say('unexpected', { name: String(issue.keys[0]) }));
  }
  if (issue.message === MISSING) {
    return badParameter(pathOf(issue.path.slice(0, -1)), say('missing', { name: String(issue.path.at(-1)) }));
  }
  return badParameter(pathOf(issue.path), phraseOf(issue));
}

/** @throws RpcError naming the first thing that is wrong */
export function parsed<T extends z.ZodType>(schema: T, params: unknown): z.output<T> {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  const issue = firstOf(result.error.issues);
  throw issue === undefined ? badParameter('/', say('invalid')) : errorOf(issue);
}

/** One object or a list of them, never none. @throws RpcError */
export function asObjects(params: unknown): unknown[] {
  const list = Array.isArray(params) ? params : [params];
  const isNothing = params === null || (!Array.isArray(params) && Object.keys(params as object).length === 0);
  if (isNothing || list.length === 0) throw badParameter('/', say('empty'));
  return list;
}

/** @throws RpcError where two entries have the same value; `parent` is where the list stands (``, `/1/usrgrps`) */
export function checkUnique(
  parent: string,
  name: string | null,
  values: readonly (string | undefined)[],
): void {
  const seen = new Set<string>();
  for (const [at, value] of values.entries()) {
    if (value === undefined) continue;
    const shown = name === null ? `value (${value})` : `value (${name})=(${value})`;
    if (seen.has(value)) throw badParameter(`${parent}/${at + 1}`, say('twice', { shown }));
    seen.add(value);
  }
}
