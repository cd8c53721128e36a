// A notice as the body of a webhook: the words for people, and each change for programs.
import type { Language } from '../../shared/words.ts';
import { SEVERITIES, severityOf } from './kinds.ts';
import type { Change } from './problems.ts';
import { inOrder, sentenceOf, type Words } from './texts.ts';

/** Changes that a body holds; the others are counted. */
const MOST_CHANGES = 500;

interface Told {
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly language: Language;
  readonly words: Words;
  readonly changes: readonly Change[];
}

function viewOf(change: Change, language: Language) {
  const { state, type, at, site, device, detail, times } = change;
  return {
    state,
    type,
    severity: SEVERITIES[severityOf(type)],
    since: new Date(at).toISOString(),
    ...(site === undefined ? {} : { site }),
    ...(device === undefined ? {} : { device_id: device }),
    ...detail,
    times,
    text: sentenceOf(change, language),
  };
}

/** The body of the webhook of an operator. */
export function alertMessage({ id, at, language, words, changes }: Told) {
  return {
    id,
    type: 'alert',
    timestamp: new Date(at).toISOString(),
    ...words,
    total: changes.length,
    changes: inOrder(changes)
      .slice(0, MOST_CHANGES)
      .map((change) => viewOf(change, language)),
  };
}
