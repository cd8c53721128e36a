// The branches: how each is connected and what is wrong with it, found by filters that stand in the address; and a new one.
import { Button, Group, NativeSelect, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AGENT_TROUBLES } from '../../../../shared/domain/agent-troubles.ts';
import { type Site, type SiteFilter, type SiteState, sitesQuery } from '../../api/fleet.ts';
import { ClearFilters } from '../../parts/filters.tsx';
import { Go } from '../../parts/go.tsx';
import { Page } from '../../parts/page.tsx';
import { Pager, usePaging } from '../../parts/pager.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';
import { Coloured, SiteBadge } from '../../parts/state-badge.tsx';
import { When } from '../../parts/when.tsx';
import { Wide } from '../../parts/wide.tsx';
import { NewBranch } from './new-branch.tsx';

const PAGE = 50;
const PAUSE_MS = 300;
const STATES: readonly SiteState[] = ['online', 'offline', 'unknown'];

interface Given {
  readonly search?: string;
  readonly state?: string;
  readonly trouble?: string;
}

/** What of the address is a filter that there is. */
function filterOf({ search, state, trouble }: Given): SiteFilter {
  const known = {
    search,
    state: STATES.find((each) => each === state),
    trouble: AGENT_TROUBLES.find((each) => each === trouble),
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}

function Filters({ filter }: { readonly filter: SiteFilter }) {
  const { t } = useTranslation();
  const go = useNavigate({ from: '/branches' });
  const set = (name: keyof SiteFilter, value: string) =>
    void go({ search: { ...filter, [name]: value.trim() || undefined }, replace: true });
  const find = useDebouncedCallback((text: string) => set('search', text), PAUSE_MS);
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <Group align="flex-end" gap="sm">
      <TextInput
        key={filter.search === undefined ? 'none' : 'given'}
        label={t('branch.find')}
        leftSection={<IconSearch size={16} />}
        defaultValue={filter.search ?? ''}
        onChange={({ currentTarget }) => find(currentTarget.value)}
        flex="1 1 12rem"
      />
      <NativeSelect
        label={t('branch.state')}
        value={filter.state ?? ''}
        onChange={({ currentTarget }) => set('state', currentTarget.value)}
        data={[
          { value: '', label: t('branch.all') },
          ...STATES.map((value) => ({ value, label: t(`common.site.${value}`) })),
        ]}
        flex="1 1 9rem"
      />
      <NativeSelect
        label={t('branch.troubles')}
        value={filter.trouble ?? ''}
        onChange={({ currentTarget }) => set('trouble', currentTarget.value)}
        data={[
          { value: '', label: t('branch.anyTrouble') },
          ...AGENT_TROUBLES.map((value) => ({ value, label: t(`branch.trouble.${value}`) })),
        ]}
        flex="1 1 9rem"
      />
      {isFiltered ? <ClearFilters onClear={() => void go({ search: {}, replace: true })} /> : null}
    </Group>
  );
}

function Row({
  of: { site, name, state, troubles, agent_version, devices, last_seen },
}: {
  readonly of: Site;
}) {
  const { t } = useTranslation();
  return (
    <Table.Tr>
      <Table.Td>
        <Go to="/branches/$site" params={{ site }} size="sm">
          <Plain text={name} />
        </Go>
        <Text size="xs" c="dimmed" className="mono">
          {site}
        </Text>
      </Table.Td>
      <Table.Td>
        <Group gap={4}>
          <SiteBadge state={state} />
          {troubles.map((trouble) => (
            <Coloured key={trouble} color="orange">
              {t(`branch.trouble.${trouble}`)}
            </Coloured>
          ))}
        </Group>
      </Table.Td>
      <Table.Td>
        {devices.total === 0 ? '–' : t('branch.answering', { online: devices.online, total: devices.total })}
      </Table.Td>
      <Table.Td>{agent_version === null ? '–' : <Plain text={agent_version} />}</Table.Td>
      <Table.Td>{last_seen === null ? t('common.never') : <When at={last_seen} />}</Table.Td>
    </Table.Tr>
  );
}

export function Branches() {
  const { t } = useTranslation();
  const go = useNavigate();
  const filter = filterOf(useSearch({ from: '/branches' }));
  const [isAdding, setAdding] = useState(false);
  const paging = usePaging(JSON.stringify(filter));
  const query = useQuery({ ...sitesQuery(filter, PAGE, paging.cursor), placeholderData: keepPreviousData });
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <Page
      title={t('branch.title')}
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
          {t('branch.add')}
        </Button>
      }
    >
      <Filters filter={filter} />
      <Shown
        query={query}
        isEmpty={({ data }) => data.length === 0}
        empty={<Text>{t(isFiltered ? 'branch.noneFound' : 'branch.none')}</Text>}
      >
        {({ data, total, next_cursor }) => (
          <>
            <Wide label={t('branch.title')} minWidth={620}>
              <Table verticalSpacing="xs" highlightOnHover>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t('branch.name')}</Table.Th>
                    <Table.Th>{t('branch.state')}</Table.Th>
                    <Table.Th>{t('branch.terminals')}</Table.Th>
                    <Table.Th>{t('branch.agent')}</Table.Th>
                    <Table.Th>{t('branch.seen')}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {data.map((site) => (
                    <Row key={site.site} of={site} />
                  ))}
                </Table.Tbody>
              </Table>
            </Wide>
            <Pager paging={paging} next={next_cursor} total={total} />
          </>
        )}
      </Shown>
      {isAdding ? (
        <NewBranch
          onClose={() => setAdding(false)}
          onMade={(site) => void go({ to: '/branches/$site', params: { site }, search: { line: 'yes' } })}
        />
      ) : null}
    </Page>
  );
}
