// What is wrong with an agent.yaml, in words: file, line, key and what is allowed, one line each.
import { type Document, isMap, isNode, isScalar, isSeq, type LineCounter } from 'yaml';
import type * as z from 'zod';
import { SerenoError } from '../../shared/errors.ts';

export interface Problem {
  readonly line: number;
  /** Empty if no key is to blame. */
  readonly key: string;
  readonly problem: string;
}

/** `config_invalid` with every problem at once: whoever corrects the first has to correct the others too. */
export function configInvalid(file: string, problems: readonly Problem[]): SerenoError {
  const lines = problems.map(({ line, key, problem }) =>
    [`${file}:${line}`, ...(key === '' ? [] : [key]), problem].join(': '),
  );
  return new SerenoError('config_invalid', { params: { problems: lines.join('\n') } });
}

/** Reports the first error only: the others mostly follow from it. @throws SerenoError `config_invalid` if it is not YAML */
export function mustBeYaml(file: string, { errors: [first] }: Document): void {
  if (first === undefined) return;
  const [said] = first.message.split(/ at line \d+|\n/);
  throw configInvalid(file, [
    { line: first.linePos?.[0].line ?? 1, key: '', problem: `is not YAML: ${said}` },
  ]);
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
};

export function unreadable(file: string, { code = '', message }: NodeJS.ErrnoException): SerenoError {
  return configInvalid(file, [
    { line: 1, key: '', problem: `cannot be read: ${UNREADABLE[code] ?? message}` },
  ]);
}

/** The line of the key that a path leads to, or of the nearest thing around it that is there. */
export function lineIn(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const around = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    const name = path[depth - 1];
    const found = isMap(around)
      ? around.items.find(({ key }) => isScalar(key) && String(key.value) === name)?.key
      : isSeq(around)
        ? around.items[Number(name)]
        : null;
    if (isNode(found) && found.range) return lines.linePos(found.range[0]).line;
  }
  return 1;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text (a number needs quotes)',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list, every entry on a line that begins with -',
  object: 'a block of lines such as "key: value"',
};

/** @param allowed the keys allowed at the place of the issue */
export function wordsOf(issue: z.core.$ZodIssue, allowed: readonly string[]): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `is not a known key; allowed: ${allowed.join(', ')}`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    case 'too_small':
      return `must be at least ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${unitOf(issue.origin)}`;
    case 'invalid_type':
      return `must be ${KINDS[issue.expected] ?? `of type ${issue.expected}`}`;
    default:
      return `must be ${issue.message}`;
  }
}

function unitOf(origin: string): string {
  return origin === 'string' ? ' characters long' : origin === 'array' ? ' entries long' : '';
}
