// A moment: how long ago for the eye, all of it on pointing at it.
import { useTranslation } from 'react-i18next';

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];
/** Older than this a date says more. */
const RECENT_S = 7 * 86_400;

function ago(at: Date, language: string): string {
  const seconds = (at.getTime() - Date.now()) / 1000;
  if (Math.abs(seconds) > RECENT_S) {
    return new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(at);
  }
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }).format(
    Math.trunc(seconds / size),
    unit,
  );
}

export interface WhenProps {
  /** ISO 8601, or null where nobody knows. */
  readonly at: string | null | undefined;
  /** The date and time themselves. */
  readonly full?: boolean;
}

export function When({ at, full = false }: WhenProps) {
  const { t, i18n } = useTranslation();
  if (at === null || at === undefined) return <>{t('common.unknown')}</>;
  const moment = new Date(at);
  const whole = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'medium' }).format(
    moment,
  );
  return (
    <time dateTime={at} title={whole} className={full ? '' : 'nowrap'}>
      {full ? whole : ago(moment, i18n.language)}
    </time>
  );
}
