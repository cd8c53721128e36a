// How a person stands, altogether or at one terminal: a colour with its word, and what it means in a sentence.
import { useTranslation } from 'react-i18next';
import { plain } from '../../parts/plain.tsx';
import { Coloured } from '../../parts/state-badge.tsx';
import type { Person, Place } from './person-data.ts';

const COLOURS: Readonly<Record<Person['state'] | Place['state'], string>> = {
  in_step: 'teal',
  waiting: 'night',
  away: 'orange',
  refused: 'red',
  drift: 'orange',
  leaving: 'night',
  gone: 'gray',
};

export function PersonBadge({ state }: { readonly state: Person['state'] | Place['state'] }) {
  const { t } = useTranslation();
  return <Coloured color={COLOURS[state]}>{t(`people.stateOf.${state}`)}</Coloured>;
}

/** What is to be known about a person at a terminal. */
export function usePlaceSentence(): (place: Place) => string {
  const { t } = useTranslation();
  return ({ state, away, removed, error, fields = [] }) => {
    if (removed === true) return t('people.says.removed');
    if (state === 'leaving' && away === true) return t('people.says.leavingAway');
    if (state === 'drift') {
      const names = fields.map((field) => t(`people.field.${field}`)).join(', ');
      return t('people.says.drift', { fields: names });
    }
    if (state === 'refused' && error !== undefined) return `${plain(error)} ${t('people.says.refused')}`;
    return t(`people.says.${state}`);
  };
}
