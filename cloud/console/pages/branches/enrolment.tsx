// The line to paste on the mini-PC of a branch; the page sees the agent arrive.
import { Alert, Button, Code, CopyButton, Group, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client.ts';
import type { Site } from '../../api/fleet.ts';
import { plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';

export interface EnrolmentProps {
  /** As it was last seen. */
  readonly site: Site;
  readonly onClose: () => void;
}

export function Enrolment({ site: { site, name, online }, onClose }: EnrolmentProps) {
  const { t, i18n } = useTranslation();
  // Another agent is to take the place of one that is connected: nobody can see here which of the two it is.
  const [wasOnline] = useState(online);
  const line = useQuery({
    queryKey: ['enrolment', site],
    queryFn: () => read(api.POST('/sites/{site}/enrollments', { params: { path: { site } } })),
    // Each asking makes another token: one is enough while this is open.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnReconnect: false,
  });
  const until = (at: string) =>
    new Intl.DateTimeFormat(i18n.language, { timeStyle: 'short' }).format(new Date(at));
  const word = wasOnline ? 'branch.replaces' : online ? 'branch.arrived' : 'branch.waiting';
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('branch.lineOf', { name: plain(name) })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Shown query={line}>
        {({ data }) => (
          <Stack>
            <Text size="sm">{t('branch.paste', { until: until(data.expires_at) })}</Text>
            <Code block tabIndex={0} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {data.command}
            </Code>
            <Alert color={online && !wasOnline ? 'teal' : 'night'} role="status">
              {t(word)}
            </Alert>
            <Group justify="flex-end">
              <CopyButton value={data.command}>
                {({ copied, copy }) => (
                  <Button variant="default" onClick={copy}>
                    {copied ? t('common.copied') : t('common.copy')}
                  </Button>
                )}
              </CopyButton>
              <Button variant={online ? 'filled' : 'default'} onClick={onClose}>
                {t(online && !wasOnline ? 'branch.goOn' : 'common.close')}
              </Button>
            </Group>
          </Stack>
        )}
      </Shown>
    </Modal>
  );
}
