// Where there is no way on: an address without a page, and a page that has failed.
import { Anchor, Button, Stack, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Trouble } from './trouble.tsx';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Stack align="flex-start">
      <Title order={1}>{t('shell.notFound')}</Title>
      <Anchor component={Link} to="/">
        {t('shell.toOverview')}
      </Anchor>
    </Stack>
  );
}

/** A part of an earlier release that is not there any more is found after a reload. */
export function Broken({ error }: { readonly error: unknown }) {
  const { t } = useTranslation();
  return (
    <Stack align="flex-start">
      <Title order={1}>{t('shell.broken')}</Title>
      <Trouble error={error} />
      <Button onClick={() => window.location.reload()}>{t('shell.reload')}</Button>
    </Stack>
  );
}
