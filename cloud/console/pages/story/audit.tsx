// The audit log: who changed what, where and when, and what came of it; with filters in the address, and as a file.
import { Button, Group, Select, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useCsv } from '../../parts/csv.ts';
import { ClearFilters, DeviceFilter, SiteFilter } from '../../parts/filters.tsx';
import { Go } from '../../parts/go.tsx';
import { Page } from '../../parts/page.tsx';
import { Pager, usePaging } from '../../parts/pager.tsx';
import { Plain, plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';
import { Coloured } from '../../parts/state-badge.tsx';
import { useSentence } from '../../parts/trouble.tsx';
import { When } from '../../parts/when.tsx';
import { Wide } from '../../parts/wide.tsx';
import { Later, Moments } from './filter-fields.tsx';
import { type AuditFilter, auditFile, auditQuery, type Entry } from './story-data.ts';
import { useWho } from './use-who.ts';
import { WhoFilter } from './who-filter.tsx';

const COLOURS: Readonly<Record<Entry['outcome'], string>> = {
  pending: 'night',
  succeeded: 'teal',
  failed: 'red',
  cancelled: 'gray',
  expired: 'orange',
  unknown: 'orange',
};
/** What people ask for by name; anything else can be found by its time. */
const DEEDS = [
  'POST /devices/{device_id}/users',
  'PUT /devices/{device_id}/users/{user_id}',
  'DELETE /devices/{device_id}/users/{user_id}',
  'POST /devices/{device_id}/users/{user_id}/restore',
  'POST /devices/{device_id}/users/{user_id}/enroll-finger',
  'PUT /people/{id}',
  'DELETE /people/{id}',
  'POST /people/import',
  'PUT /devices/{device_id}/access/identifiers',
  'DELETE /devices/{device_id}/access/identifiers',
  'POST /devices',
  'PUT /devices/{device_id}',
  'DELETE /devices/{device_id}',
  'user.login',
  'user.create',
  'user.update',
  'user.delete',
] as const;

function Filters({ filter }: { readonly filter: AuditFilter }) {
  const { t } = useTranslation();
  const go = useNavigate({ from: '/audit' });
  const set = (name: keyof AuditFilter) => (value: string | null) =>
    void go({ search: { ...filter, [name]: value ?? undefined }, replace: true });
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return (
    <Group align="flex-end" gap="sm">
      <Moments from={filter.from} to={filter.to} onChange={set} />
      <WhoFilter value={filter.subject} onChange={set('subject')} />
      <Later label={t('story.badge')} value={filter.user_id} onChange={set('user_id')} flex="1 1 7rem" />
      <Select
        label={t('story.what')}
        placeholder={t('story.anything')}
        data={[...DEEDS]}
        value={filter.what ?? null}
        onChange={set('what')}
        searchable
        clearable
        flex="1 1 16rem"
      />
      <DeviceFilter value={filter.device} onChange={set('device')} />
      <SiteFilter value={filter.site} onChange={set('site')} />
      {isFiltered ? <ClearFilters onClear={() => void go({ search: {}, replace: true })} /> : null}
    </Group>
  );
}

/** What it was about, and the fields that were sent. */
function About({ entry: { device_id, site, user_id, objects = [], fields } }: { readonly entry: Entry }) {
  const { t } = useTranslation();
  const things = objects.map(
    ({ kind, id, name, count }) => `${kind} ${name ?? id}${count === undefined ? '' : ` ×${count}`}`,
  );
  const places = [device_id, device_id === undefined ? site : undefined].filter(
    (place) => place !== undefined,
  );
  return (
    <>
      <Text size="sm">
        <Plain text={[...places, ...things].join(', ')} />
        {user_id === undefined ? null : (
          <>
            {places.length + things.length === 0 ? '' : ' · '}
            <Plain text={user_id} mono />
          </>
        )}
      </Text>
      {fields.length === 0 ? null : (
        <Text size="xs" c="dimmed">
          {t('story.fields')}: <Plain text={fields.join(', ')} />
        </Text>
      )}
    </>
  );
}

function Rows({ entries, filter }: { readonly entries: readonly Entry[]; readonly filter: AuditFilter }) {
  const { t } = useTranslation();
  const whoOf = useWho();
  return (
    <Wide minWidth={760} label={t('story.audit')}>
      <Table verticalSpacing="xs" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('story.when')}</Table.Th>
            <Table.Th>{t('story.who')}</Table.Th>
            <Table.Th>{t('story.what')}</Table.Th>
            <Table.Th>{t('story.terminal')}</Table.Th>
            <Table.Th>{t('story.outcome')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((entry) => (
            <Table.Tr key={entry.id}>
              <Table.Td>
                <When at={entry.at} full />
              </Table.Td>
              <Table.Td>
                <Go
                  to="/audit"
                  search={{ ...filter, subject: entry.subject }}
                  size="sm"
                  aria-label={t('story.onlyBy', { who: whoOf(entry.subject) })}
                >
                  <bdi>{whoOf(entry.subject)}</bdi>
                </Go>
                <Text size="xs" c="dimmed">
                  {t(`story.wayOf.${entry.face}`)} <Plain text={entry.address} />
                </Text>
              </Table.Td>
              <Table.Td>
                <Text size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
                  {plain(entry.what)}
                </Text>
              </Table.Td>
              <Table.Td>
                <About entry={entry} />
              </Table.Td>
              <Table.Td miw={180}>
                <Coloured color={COLOURS[entry.outcome]}>{t(`story.outcomeOf.${entry.outcome}`)}</Coloured>
                {entry.code === undefined ? null : (
                  <Text size="xs" c="dimmed">
                    {plain(entry.code)}
                  </Text>
                )}
                {entry.operation_id === undefined ? null : (
                  <Text size="xs">
                    <Go to="/operations/$operation" params={{ operation: entry.operation_id }} size="xs">
                      {t('story.storyLink')}
                    </Go>
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

export function Audit() {
  const { t } = useTranslation();
  const sentenceOf = useSentence();
  const filter = useSearch({ from: '/audit' });
  const paging = usePaging(JSON.stringify(filter));
  const query = useQuery({ ...auditQuery(filter, paging.cursor), placeholderData: keepPreviousData });
  const { download } = useCsv('audit.csv', (cursor) => auditFile(filter, cursor));
  const exportFile = () =>
    download.mutate(undefined, {
      onError: (error) => notifications.show({ color: 'red', message: sentenceOf(error) }),
    });
  return (
    <Page
      title={t('story.audit')}
      lead={t('story.auditLead')}
      actions={
        <Button
          variant="default"
          leftSection={<IconDownload size={16} />}
          onClick={exportFile}
          loading={download.isPending}
        >
          {t('story.export')}
        </Button>
      }
    >
      <Filters filter={filter} />
      <Shown
        query={query}
        isEmpty={({ data, next_cursor }) => data.length === 0 && next_cursor === undefined}
        empty={t('story.noEntries')}
      >
        {({ data, next_cursor }) => (
          <>
            <Rows entries={data} filter={filter} />
            <Pager paging={paging} next={next_cursor} />
          </>
        )}
      </Shown>
    </Page>
  );
}
