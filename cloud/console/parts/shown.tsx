// What was asked for, in whichever state it is: on its way, refused, not there, empty, or here. Every list and card uses it.
import { Center, Loader, Stack, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Trouble } from './trouble.tsx';

export interface ShownProps<T> {
  readonly query: UseQueryResult<T>;
  /** Is there nothing in it? */
  readonly isEmpty?: (data: T) => boolean;
  /** What is said then, and perhaps what can be done. */
  readonly empty?: ReactNode;
  readonly children: (data: T) => ReactNode;
}

export function Empty({ children }: { readonly children: ReactNode }) {
  return (
    <Center p="xl">
      <Stack align="center" gap="sm" c="dimmed" ta="center">
        {children}
      </Stack>
    </Center>
  );
}

export function Waiting() {
  const { t } = useTranslation();
  return (
    <Center p="xl" role="status">
      <Loader size="sm" />
      <span className="visually-hidden">{t('common.loading')}</span>
    </Center>
  );
}

export function Shown<T>({ query, isEmpty, empty, children }: ShownProps<T>) {
  const { t } = useTranslation();
  const { data, error, refetch } = query;
  const retry = () => void refetch();
  if (data === undefined) return error === null ? <Waiting /> : <Trouble error={error} retry={retry} />;
  const nothing = isEmpty?.(data) ?? false;
  return (
    <Stack gap="sm">
      {/* What was seen before stays, and is said to be old. */}
      {error === null ? null : <Trouble error={error} retry={retry} />}
      {nothing ? <Empty>{empty ?? <Text>{t('common.empty')}</Text>}</Empty> : children(data)}
    </Stack>
  );
}
