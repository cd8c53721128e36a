// The stages of a long operation: what an agent reports, and the words for it.
import { type Language, type Phrase, wordsOf } from '../words.ts';

/** As it travels; counts travel beside it. */
export type Stage = 'waiting' | 'reading' | 'writing' | 'searching' | `sample ${number}/${number}`;

/** What a stage is, for programs; how far it is stands in counts. */
export const OPERATION_STEPS = ['waiting', 'reading', 'writing', 'searching', 'sample'] as const;
export type OperationStep = (typeof OPERATION_STEPS)[number];

/** A stage for programs; null for one that is not known here. */
export function stageStep(
  stage: string,
): { readonly step: OperationStep; readonly done?: number; readonly total?: number } | null {
  const [, done, total] = /^sample (\d{1,6})\/(\d{1,6})$/.exec(stage) ?? [];
  if (done !== undefined && total !== undefined) {
    return { step: 'sample', done: Number(done), total: Number(total) };
  }
  const step = OPERATION_STEPS.find((name) => name === stage && name !== 'sample');
  return step === undefined ? null : { step };
}

/** A stage in words; one that is not known here is quoted. */
export function stageText(stage: string, language: Language): string {
  const [, done, total] = /^sample (\d+)\/(\d+)$/.exec(stage) ?? [];
  if (done !== undefined && total !== undefined) {
    return wordsOf('@stage_sample' satisfies Phrase, { done, total }, language);
  }
  if (stage === 'waiting') return wordsOf('@stage_waiting', {}, language);
  if (stage === 'reading') return wordsOf('@stage_reading', {}, language);
  if (stage === 'searching') return wordsOf('@stage_searching', {}, language);
  if (stage === 'writing') return wordsOf('@stage_writing', {}, language);
  return wordsOf(stage, {}, language);
}
