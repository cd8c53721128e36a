// Who did it: operators by name, anybody else exactly as the log has it.
import { Autocomplete } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useTyped } from './filter-fields.tsx';
import { subjectOf, useOperators, useWho } from './use-who.ts';

export interface WhoFilterProps {
  /** A subject of the log. */
  readonly value: string | undefined;
  readonly onChange: (value: string | null) => void;
}

export function WhoFilter({ value, onChange }: WhoFilterProps) {
  const { t } = useTranslation();
  const operators = useOperators();
  const whoOf = useWho();
  const names = operators.data ?? [];
  const shown = value === undefined ? '' : whoOf(value);
  const { text, type } = useTyped(shown, (name) => onChange(name === null ? null : subjectOf(name, names)));
  return (
    <Autocomplete
      label={t('story.who')}
      placeholder={t('story.subjectHelp')}
      data={[...new Set(names.map(({ username }) => username))]}
      value={text}
      onChange={type}
      flex="1 1 10rem"
    />
  );
}
