// The line to paste on the mini-PC of a branch; the page sees the agent arrive.
import { Alert, Button, Code, CopyButton, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client.ts';
import { plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';

export interface EnrolmentProps {
  readonly site: string;
  readonly name: string;
  /** As the list of branches last said it. */
  readonly isOnline: boolean;
  readonly onClose: () => void;
}

export function Enrolment({ site, name, isOnline, onClose }: EnrolmentProps) {
  const { t, i18n } = useTranslation();
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
  return (
    <Modal opened onClose={onClose} size="lg" title={t('branch.lineOf', { name: plain(name) })}>
      <Shown query={line}>
        {({ data }) => (
          <Stack>
            <Text size="sm">{t('branch.paste', { until: until(data.expires_at) })}</Text>
            <Code block tabIndex={0} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {data.command}
            </Code>
            <CopyButton value={data.command}>
              {({ copied, copy }) => (
                <Button variant="default" onClick={copy}>
                  {copied ? t('common.copied') : t('common.copy')}
                </Button>
              )}
            </CopyButton>
            <Alert color={isOnline ? 'teal' : 'night'} role="status">
              {isOnline ? t('branch.arrived') : t('branch.waiting')}
            </Alert>
          </Stack>
        )}
      </Shown>
    </Modal>
  );
}
