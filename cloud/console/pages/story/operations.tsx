// What terminals were asked for, newest first, and how each of it stands.
import { Group, Select, Table, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { OPERATION_STATES } from '../../../../shared/domain/operation-states.ts';
import { ClearFilters, DeviceFilter, SiteFilter } from '../../parts/filters.tsx';
import { Go } from '../../parts/go.tsx';
import { Page } from '../../parts/page.tsx';
import { Pager, usePaging } from '../../parts/pager.tsx';
import { Plain, plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';
import { OperationBadge } from '../../parts/state-badge.tsx';
import { useOpName } from '../../parts/use-op-name.ts';
import { When } from '../../parts/when.tsx';
import { Wide } from '../../parts/wide.tsx';
import { common } from '../../words/common.ts';
import { Later, Moments } from './filter-fields.tsx';
import { type Listed, type OperationFilter, operationsQuery } from './story-data.ts';

function Rows({ operations }: { readonly operations: readonly Listed[] }) {
  const { t } = useTranslation();
  const nameOf = useOpName();
  return (
    <Wide minWidth={520} label={t('story.operations')}>
      <Table verticalSpacing="xs" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('story.when')}</Table.Th>
            <Table.Th>{t('story.what')}</Table.Th>
            <Table.Th>{t('story.terminal')}</Table.Th>
            <Table.Th>{t('story.badge')}</Table.Th>
            <Table.Th>{t('story.state')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {operations.map(({ id, op, device_id, user_id, state, created_at, error, progress, counts }) => (
            <Table.Tr key={id}>
              <Table.Td>
                <When at={created_at} />
              </Table.Td>
              <Table.Td>
                <Go to="/operations/$operation" params={{ operation: id }} size="sm">
                  {nameOf(op)}
                </Go>
              </Table.Td>
              <Table.Td>{device_id === undefined ? t('story.all') : <Plain text={device_id} />}</Table.Td>
              <Table.Td>{user_id === undefined ? null : <Plain text={user_id} mono />}</Table.Td>
              <Table.Td>
                <OperationBadge state={state} />
                <Text size="xs" c="dimmed">
                  {plain(error?.error ?? progress?.stage ?? '')}
                  {counts === undefined ? '' : t('story.counts', { ...counts })}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  );
}

/** What people ask for by name; other kinds of operation are found by time and terminal. */
const DEEDS = Object.keys(common.op) as (keyof typeof common.op)[];

function Filters({ filter }: { readonly filter: OperationFilter }) {
  const { t } = useTranslation();
  const nameOf = useOpName();
  const go = useNavigate({ from: '/operations' });
  const set = (name: keyof OperationFilter) => (value: string | null) =>
    void go({ search: { ...filter, [name]: value ?? undefined }, replace: true });
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return (
    <Group align="flex-end" gap="sm">
      <Moments from={filter.from} to={filter.to} onChange={set} />
      <Later label={t('story.badge')} value={filter.user_id} onChange={set('user_id')} flex="1 1 7rem" />
      <Select
        label={t('story.what')}
        placeholder={t('story.anything')}
        data={DEEDS.map((value) => ({ value, label: nameOf(value) }))}
        value={filter.op ?? null}
        onChange={set('op')}
        searchable
        clearable
        flex="1 1 12rem"
      />
      <DeviceFilter value={filter.device} onChange={set('device')} />
      <SiteFilter value={filter.site} onChange={set('site')} />
      <Select
        label={t('story.state')}
        placeholder={t('story.anything')}
        data={OPERATION_STATES.map((value) => ({ value, label: t(`common.state.${value}`) }))}
        value={filter.state ?? null}
        onChange={set('state')}
        clearable
        flex="1 1 10rem"
      />
      {isFiltered ? <ClearFilters onClear={() => void go({ search: {}, replace: true })} /> : null}
    </Group>
  );
}

export function Operations() {
  const { t } = useTranslation();
  const filter = useSearch({ from: '/operations' });
  const paging = usePaging(JSON.stringify(filter));
  const query = useQuery({ ...operationsQuery(filter, paging.cursor), placeholderData: keepPreviousData });
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return (
    <Page title={t('story.operations')} lead={t('story.operationsLead')}>
      <Filters filter={filter} />
      <Shown
        query={query}
        isEmpty={({ data, next_cursor }) => data.length === 0 && next_cursor === undefined}
        empty={t(isFiltered ? 'story.noneFound' : 'story.none')}
      >
        {({ data, next_cursor }) => (
          <>
            <Rows operations={data} />
            <Pager paging={paging} next={next_cursor} />
          </>
        )}
      </Shown>
    </Page>
  );
}
