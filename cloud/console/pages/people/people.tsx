// The people of the company: found by name, badge or id, and how each stands at the terminals.
import { Button, Group, Select, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback, useDisclosure } from '@mantine/hooks';
import { IconFileImport, IconSearch, IconUserPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/session.tsx';
import { Go } from '../../parts/go.tsx';
import { Page } from '../../parts/page.tsx';
import { Pager, usePaging } from '../../parts/pager.tsx';
import { deviceChoices, useDevices } from '../../parts/places.ts';
import { Plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';
import { When } from '../../parts/when.tsx';
import { Wide } from '../../parts/wide.tsx';
import { PersonBadge } from './person-badge.tsx';
import { type Person, peopleQuery } from './person-data.ts';
import { PersonForm } from './person-form.tsx';

const PAUSE_MS = 300;

/** Where somebody may come in, in few words. */
function Places({ person: { devices, sites, site_groups } }: { readonly person: Person }) {
  const names = [...sites, ...site_groups, ...devices];
  const most = 3;
  const rest = names.length - most;
  return (
    <Text size="sm" component="span">
      <Plain text={names.slice(0, most).join(', ')} />
      {rest > 0 ? ` +${rest}` : ''}
    </Text>
  );
}

function Rows({ people }: { readonly people: readonly Person[] }) {
  const { t } = useTranslation();
  return (
    <Wide minWidth={560} label={t('people.title')}>
      <Table verticalSpacing="xs" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('people.name')}</Table.Th>
            <Table.Th>{t('people.state')}</Table.Th>
            <Table.Th>{t('people.badgeShort')}</Table.Th>
            <Table.Th>{t('people.where')}</Table.Th>
            <Table.Th>{t('people.changedAt')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {people.map((person) => (
            <Table.Tr key={person.id}>
              <Table.Td>
                <Go to="/people/$person" params={{ person: person.id }} size="sm">
                  <Plain text={person.name} />
                </Go>
                <Text size="xs" c="dimmed">
                  <Plain text={person.id} />
                </Text>
              </Table.Td>
              <Table.Td>
                <PersonBadge state={person.state} />
              </Table.Td>
              <Table.Td>
                <Plain text={person.user_id} mono />
              </Table.Td>
              <Table.Td>
                <Places person={person} />
              </Table.Td>
              <Table.Td>
                <When at={person.updated_at} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  );
}

export function People() {
  const { t } = useTranslation();
  const mayChange = useMay()('users:write');
  const { search, device } = useSearch({ from: '/people' });
  const go = useNavigate({ from: '/people' });
  const [isAdding, { open, close }] = useDisclosure();
  const devices = useDevices();
  const paging = usePaging(JSON.stringify([search, device]));
  const query = useQuery({
    ...peopleQuery({ search, device, cursor: paging.cursor }),
    placeholderData: keepPreviousData,
  });
  const find = useDebouncedCallback((text: string) => {
    void go({ search: { device, search: text.trim() || undefined }, replace: true });
  }, PAUSE_MS);
  const isFiltered = search !== undefined || device !== undefined;
  const actions = mayChange ? (
    <>
      <Button
        component={Link}
        to="/people/import"
        variant="default"
        leftSection={<IconFileImport size={16} />}
      >
        {t('people.importFile')}
      </Button>
      <Button leftSection={<IconUserPlus size={16} />} onClick={open}>
        {t('people.add')}
      </Button>
    </>
  ) : undefined;
  return (
    <Page title={t('people.title')} lead={t('people.lead')} actions={actions}>
      <Group align="flex-end" gap="sm">
        <TextInput
          type="search"
          label={t('common.search')}
          placeholder={t('people.find')}
          leftSection={<IconSearch size={16} />}
          defaultValue={search ?? ''}
          onChange={({ currentTarget }) => find(currentTarget.value)}
          flex="1 1 16rem"
        />
        <Select
          label={t('people.atTerminal')}
          placeholder={t('people.anyTerminal')}
          data={deviceChoices(devices.data ?? [])}
          value={device ?? null}
          onChange={(value) => void go({ search: { search, device: value ?? undefined }, replace: true })}
          searchable
          clearable
          flex="1 1 12rem"
        />
      </Group>
      <Shown
        query={query}
        isEmpty={({ data }) => data.length === 0}
        empty={
          isFiltered ? (
            <Text>{t('people.nobodyFound')}</Text>
          ) : (
            <>
              <Text fw={600}>{t('people.nobody')}</Text>
              {mayChange ? <Text size="sm">{t('people.nobodyMore')}</Text> : null}
            </>
          )
        }
      >
        {({ data, next_cursor }) => (
          <>
            <Rows people={data} />
            <Pager paging={paging} next={next_cursor} />
          </>
        )}
      </Shown>
      <PersonForm opened={isAdding} onClose={close} />
    </Page>
  );
}
