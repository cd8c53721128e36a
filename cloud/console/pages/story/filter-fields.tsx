// Fields of filters that operations and the audit log share: what is typed is asked for once somebody has stopped typing.
import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

const PAUSE_MS = 400;

/**
 * What a field shows: the text that is being typed, or else what stands in the address, which links and the way back change, too.
 *
 * @param shown what stands in the address, as people read it
 */
export function useTyped(shown: string, onChange: (text: string | null) => void) {
  const [typed, setTyped] = useState<string | null>(null);
  const later = useDebouncedCallback((text: string) => onChange(text.trim() || null), PAUSE_MS);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever is shown anew is what was typed, or comes from elsewhere.
  useEffect(() => setTyped(null), [shown]);
  const type = (text: string) => {
    setTyped(text);
    later(text);
  };
  return { text: typed ?? shown, type };
}

export interface LaterProps {
  readonly label: string;
  /** As it stands in the address. */
  readonly value: string | undefined;
  /** Null: nothing is asked. */
  readonly onChange: (value: string | null) => void;
  readonly flex: string;
  readonly type?: 'text' | 'datetime-local';
  readonly placeholder?: string;
}

export function Later({ label, value, onChange, flex, type = 'text', placeholder }: LaterProps) {
  const { text, type: typing } = useTyped(value ?? '', onChange);
  return (
    <TextInput
      type={type}
      label={label}
      placeholder={placeholder ?? ''}
      value={text}
      onChange={({ currentTarget }) => typing(currentTarget.value)}
      flex={flex}
    />
  );
}

interface MomentsProps {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly onChange: (name: 'from' | 'to') => (value: string | null) => void;
}

/** From when to when. */
export function Moments({ onChange, ...values }: MomentsProps) {
  const { t } = useTranslation();
  return (['from', 'to'] as const).map((name) => (
    <Later
      key={name}
      type="datetime-local"
      label={t(`story.${name}`)}
      value={values[name]}
      onChange={onChange(name)}
      flex="1 1 12rem"
    />
  ));
}
