// Alerts: where who is signed in is told of problems, and what was told.
import { Button, Stack, Table, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { rpc } from '../../api/rpc.ts';
import { useSession } from '../../app/session.tsx';
import { Page } from '../../parts/page.tsx';
import { Plain, plain } from '../../parts/plain.tsx';
import { Secret } from '../../parts/secret.tsx';
import { Empty, Shown } from '../../parts/shown.tsx';
import { Coloured } from '../../parts/state-badge.tsx';
import { When } from '../../parts/when.tsx';
import { Wide } from '../../parts/wide.tsx';
import { mediasQuery, type Notice, noticesQuery, WEBHOOK } from './alert-data.ts';
import { MediaCard, MediaForm } from './medias.tsx';

const COLOURS = { '0': 'night', '1': 'teal', '2': 'red' } as const;

function Notices({ notices }: { readonly notices: readonly Notice[] }) {
  const { t } = useTranslation();
  return (
    <Wide minWidth={560} label={t('alerts.notices')}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('alerts.when')}</Table.Th>
            <Table.Th>{t('alerts.subject')}</Table.Th>
            <Table.Th>{t('alerts.sendto')}</Table.Th>
            <Table.Th>{t('alerts.state')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {notices.map(({ alertid, clock, subject, message, sendto, status, error, retries }) => (
            <Table.Tr key={alertid}>
              <Table.Td>
                <When at={new Date(Number(clock) * 1000).toISOString()} />
              </Table.Td>
              <Table.Td>
                <Plain text={subject} />
                <Text size="xs" c="dimmed" style={{ whiteSpace: 'pre-line' }}>
                  {message.split('\n').map(plain).join('\n')}
                </Text>
              </Table.Td>
              <Table.Td>
                <Plain text={sendto} />
              </Table.Td>
              <Table.Td>
                <Coloured color={error === 'withdrawn' ? 'gray' : COLOURS[status]}>
                  {t(error === 'withdrawn' ? 'alerts.stateOf.withdrawn' : `alerts.stateOf.${status}`)}
                </Coloured>
                {error === '' || error === 'withdrawn' ? null : (
                  <Text size="xs" c="dimmed">
                    {plain(error)} · {t('alerts.tries', { count: Number(retries) })}
                  </Text>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  );
}

export function Alerts() {
  const { t } = useTranslation();
  const { session } = useSession();
  const [isAdding, { open, close }] = useDisclosure();
  const [secret, setSecret] = useState<string | null>(null);
  const medias = useQuery(mediasQuery(session?.user_id ?? ''));
  const notices = useQuery(noticesQuery);
  const show = useMutation({
    mutationFn: () =>
      rpc<{ secret?: string }[]>('mediatype.get', { mediatypeids: WEBHOOK, output: ['name', 'secret'] }),
    onSuccess: ([type]) => setSecret(type?.secret ?? null),
  });
  const hasWebhook = medias.data?.some(({ mediatypeid }) => mediatypeid === WEBHOOK) ?? false;
  return (
    <Page
      title={t('alerts.title')}
      lead={t('alerts.lead')}
      actions={
        <>
          {hasWebhook ? (
            <Button variant="default" loading={show.isPending} onClick={() => show.mutate()}>
              {t('alerts.secret')}
            </Button>
          ) : null}
          <Button onClick={open} disabled={medias.data === undefined}>
            {t('alerts.add')}
          </Button>
        </>
      }
    >
      <Title order={2} fz="h4">
        {t('alerts.mine')}
      </Title>
      <Shown
        query={medias}
        isEmpty={(all) => all.length === 0}
        empty={
          <>
            <Text fw={600}>{t('alerts.noMedia')}</Text>
            <Text size="sm">{t('alerts.noMediaMore')}</Text>
          </>
        }
      >
        {(all) => (
          <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: 'none' }}>
            {all.map((media) => (
              <MediaCard key={media.mediaid} media={media} all={all} />
            ))}
          </Stack>
        )}
      </Shown>
      <Title order={2} fz="h4">
        {t('alerts.notices')}
      </Title>
      <Shown query={notices}>
        {(all) => (all.length === 0 ? <Empty>{t('alerts.noNotices')}</Empty> : <Notices notices={all} />)}
      </Shown>
      <MediaForm key={String(isAdding)} opened={isAdding} onClose={close} medias={medias.data ?? []} />
      <Secret
        secret={secret}
        title={t('alerts.secret')}
        text={t('alerts.secretLead')}
        kept={t('common.close')}
        onClose={() => setSecret(null)}
      />
    </Page>
  );
}
