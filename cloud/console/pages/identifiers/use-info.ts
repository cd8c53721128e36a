// What a terminal says of an identifier, as a sentence; its words are those of access panels.
import { useTranslation } from 'react-i18next';
import { Failure } from '../../api/failure.ts';
import type { Result } from './identifier-data.ts';

type One = Result['result'][number];

export function useInfo() {
  const { t } = useTranslation();
  const sentenceOf = ({ extended_info }: One) => t(`identifier.info.${extended_info}`);
  /** What did not succeed, as other calls that failed. */
  const failed = (result: One) => new Failure(409, { error: sentenceOf(result), code: result.extended_info });
  return { sentenceOf, failed };
}
