// A failure for people: the API's own sentence, what is known of the change, and a way to try again.
import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconAlertCircle, IconLock, IconPlugConnectedX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Failure } from '../api/failure.ts';
import { plain } from './plain.tsx';

/** The sentence of an error. */
export function useSentence(): (error: unknown) => string {
  const { t } = useTranslation();
  return (error) => {
    if (error instanceof Failure && error.status === 0) return t('common.offline');
    return error instanceof Error && error.message !== '' ? plain(error.message) : t('common.failed');
  };
}

export interface TroubleProps {
  readonly error: unknown;
  readonly retry?: (() => void) | undefined;
  /** Stands over the sentence. */
  readonly title?: string;
}

export function Trouble({ error, retry, title }: TroubleProps) {
  const { t } = useTranslation();
  const sentenceOf = useSentence();
  const isForbidden = error instanceof Failure && error.status === 403;
  const isAway = error instanceof Failure && error.status === 0;
  const Icon = isForbidden ? IconLock : isAway ? IconPlugConnectedX : IconAlertCircle;
  return (
    <Alert
      role="alert"
      color={isForbidden ? 'gray' : 'red'}
      variant="light"
      icon={<Icon />}
      title={title ?? (isForbidden ? t('common.notAllowed') : t('common.failed'))}
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{sentenceOf(error)}</Text>
        {retry === undefined || isForbidden ? null : (
          <Button size="xs" variant="default" onClick={retry}>
            {t('common.retry')}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
