// What a terminal says of an identifier, as a sentence; its words are those of access panels.
import { useTranslation } from 'react-i18next';
import { Failure } from '../../api/failure.ts';
import type { Outcome } from './identifier-data.ts';

export function useInfo() {
  const { t } = useTranslation();
  const sentenceOf = ({ extended_info }: Outcome) => t(`identifier.info.${extended_info}`);
  /** What did not succeed, as other calls that failed. */
  const failed = (result: Outcome) =>
    new Failure(409, { error: sentenceOf(result), code: result.extended_info });
  return { sentenceOf, failed };
}
