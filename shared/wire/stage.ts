// The stages of an operation that takes its time: what an agent tells, and the words for it.
import { type Language, type Phrase, wordsOf } from '../words.ts';

/** As it travels; what counts is told beside it. */
export type Stage = 'waiting' | 'reading' | `sample ${number}/${number}`;

/** A stage in words; one that is not known here is told as what the agent said. */
export function stageText(stage: string, language: Language): string {
  const [, done, total] = /^sample (\d+)\/(\d+)$/.exec(stage) ?? [];
  if (done !== undefined && total !== undefined) {
    return wordsOf('@stage_sample' satisfies Phrase, { done, total }, language);
  }
  if (stage === 'waiting') return wordsOf('@stage_waiting', {}, language);
  if (stage === 'reading') return wordsOf('@stage_reading', {}, language);
  return wordsOf(stage, {}, language);
}
