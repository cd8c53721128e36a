// What terminals were asked for, newest first, and how each of it stands.
import { Group, Select, Table, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { OPERATION_STATES } from '../../../../shared/domain/operation-states.ts';
import { DeviceFilter } from '../../parts/filters.tsx';
import { Go } from '../../parts/go.tsx';
import { Page } from '../../parts/page.tsx';
import { Pager, usePaging } from '../../parts/pager.tsx';
import { Plain, plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';
import { OperationBadge } from '../../parts/state-badge.tsx';
import { useOpName } from '../../parts/use-op-name.ts';
import { When } from '../../parts/when.tsx';
import { Wide } from '../../parts/wide.tsx';
import { type Listed, operationsQuery } from './story-data.ts';

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
            <Table.Th>{t('story.state')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {operations.map(({ id, op, device_id, state, created_at, error, progress, counts }) => (
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

export function Operations() {
  const { t } = useTranslation();
  const { device, state: wanted } = useSearch({ from: '/operations' });
  const go = useNavigate({ from: '/operations' });
  const state = OPERATION_STATES.find((one) => one === wanted);
  const paging = usePaging(JSON.stringify([device, state]));
  const query = useQuery({
    ...operationsQuery(device, state, paging.cursor),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title={t('story.operations')} lead={t('story.operationsLead')}>
      <Group align="flex-end" gap="sm">
        <DeviceFilter
          value={device}
          onChange={(value) => void go({ search: { state, device: value ?? undefined }, replace: true })}
        />
        <Select
          label={t('story.state')}
          placeholder={t('story.anything')}
          data={OPERATION_STATES.map((value) => ({ value, label: t(`common.state.${value}`) }))}
          value={state ?? null}
          onChange={(value) => void go({ search: { device, state: value ?? undefined }, replace: true })}
          clearable
          flex="1 1 10rem"
        />
      </Group>
      <Shown
        query={query}
        isEmpty={({ data, next_cursor }) => data.length === 0 && next_cursor === undefined}
        empty={t(device === undefined && state === undefined ? 'story.none' : 'story.noneFound')}
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
