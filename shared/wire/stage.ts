// The stages of a long operation: what an agent reports, and the words for it.
import { type Language, type Phrase, wordsOf } from '../words.ts';

/** As it travels; counts travel beside it. */
export type Stage = 'waiting' | 'reading' | 'writing' | `sample ${number}/${number}`;

/** A stage in words; one that is not known here is quoted. */
export function stageText(stage: string, language: Language): string {
  const [, done, total] = /^sample (\d+)\/(\d+)$/.exec(stage) ?? [];
  if (done !== undefined && total !== undefined) {
    return wordsOf('@stage_sample' satisfies Phrase, { done, total }, language);
  }
  if (stage === 'waiting') return wordsOf('@stage_waiting', {}, language);
  if (stage === 'reading') return wordsOf('@stage_reading', {}, language);
  if (stage === 'writing') return wordsOf('@stage_writing', {}, language);
  return wordsOf(stage, {}, language);
}
