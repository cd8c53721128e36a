// One person: who it is, how each terminal stands, and what can be changed. What is on its way settles here.
import { Button, Card, Group, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconEdit, IconUserOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/session.tsx';
import { Go } from '../../parts/go.tsx';
import { Page } from '../../parts/page.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Empty, Shown } from '../../parts/shown.tsx';
import { When } from '../../parts/when.tsx';
import { Wide } from '../../parts/wide.tsx';
import { OffBoard } from './off-board.tsx';
import { PersonBadge, usePlaceSentence } from './person-badge.tsx';
import { type Person as PersonData, personQuery } from './person-data.ts';
import { PersonForm } from './person-form.tsx';

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text size="sm" component="div">
        {children}
      </Text>
    </div>
  );
}

function Facts({ person }: { readonly person: PersonData }) {
  const { t } = useTranslation();
  const { user_id, has_password, has_card, privilege, sites, site_groups, devices, updated_at } = person;
  const rights = { 0: 'ordinary', 2: 'enroller', 6: 'manager', 14: 'administrator' } as const;
  const has = (it: boolean) => (it ? t('people.has') : t('people.hasNone'));
  const names = (all: readonly string[]) =>
    all.length === 0 ? t('common.none') : <Plain text={all.join(', ')} />;
  return (
    <Card withBorder>
      <SimpleGrid cols={{ base: 2, sm: 4 }} verticalSpacing="sm">
        <Fact name={t('people.badge')}>
          <Plain text={user_id} mono />
        </Fact>
        <Fact name={t('people.pin')}>{has(has_password)}</Fact>
        <Fact name={t('people.card')}>{has(has_card)}</Fact>
        <Fact name={t('people.privilege')}>
          {privilege === null ? t('people.asItIs') : t(`people.${rights[privilege]}`)}
        </Fact>
        <Fact name={t('people.sites')}>{names([...sites, ...site_groups])}</Fact>
        <Fact name={t('people.devices')}>{names(devices)}</Fact>
        <Fact name={t('people.changedAt')}>
          <When at={updated_at} full />
        </Fact>
      </SimpleGrid>
    </Card>
  );
}

function Terminals({ terminals }: Pick<PersonData, 'terminals'>) {
  const { t } = useTranslation();
  const sentenceOf = usePlaceSentence();
  if (terminals.length === 0) return <Empty>{t('people.noTerminals')}</Empty>;
  return (
    <Wide minWidth={520} label={t('people.terminals')}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('people.terminal')}</Table.Th>
            <Table.Th>{t('people.state')}</Table.Th>
            <Table.Th>{t('people.since')}</Table.Th>
            <Table.Th>{t('people.more')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {terminals.map((place) => (
            <Table.Tr key={place.device_id}>
              <Table.Td>
                <Go to="/terminals/$device" params={{ device: place.device_id }} size="sm">
                  <Plain text={place.device_id} />
                </Go>
                <Text size="xs" c="dimmed">
                  <Plain text={place.site} />
                </Text>
              </Table.Td>
              <Table.Td>
                <PersonBadge state={place.state} />
              </Table.Td>
              <Table.Td>
                <When at={place.since} />
              </Table.Td>
              <Table.Td>
                <Text size="sm">{sentenceOf(place)}</Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  );
}

function Actions({ person }: { readonly person: PersonData }) {
  const { t } = useTranslation();
  const [isEditing, edit] = useDisclosure();
  const [isLeaving, leaving] = useDisclosure();
  const isOut = person.state === 'leaving' || person.state === 'gone';
  return (
    <>
      <Button variant="default" leftSection={<IconEdit size={16} />} onClick={edit.open}>
        {t('people.edit')}
      </Button>
      {isOut ? null : (
        <Button variant="default" leftSection={<IconUserOff size={16} />} onClick={leaving.open}>
          {t('people.leave')}
        </Button>
      )}
      <PersonForm key={person.updated_at} person={person} opened={isEditing} onClose={edit.close} />
      <OffBoard person={person} opened={isLeaving} onClose={leaving.close} />
    </>
  );
}

export function Person() {
  const { t } = useTranslation();
  const { person: id } = useParams({ from: '/people/$person' });
  const mayChange = useMay()('users:write');
  const query = useQuery(personQuery(id));
  const { data } = query;
  return (
    <Page
      title={data?.name ?? id}
      lead={
        <Group gap="xs">
          <Go to="/people" size="sm">
            {t('people.title')}
          </Go>
          <Plain text={id} />
          {data === undefined ? null : <PersonBadge state={data.state} />}
        </Group>
      }
      actions={data !== undefined && mayChange ? <Actions person={data} /> : undefined}
    >
      <Shown query={query}>
        {(person) => (
          <Stack>
            <Facts person={person} />
            <Title order={2} fz="h4">
              {t('people.terminals')}
            </Title>
            <div aria-live="polite">
              <Terminals terminals={person.terminals} />
            </div>
          </Stack>
        )}
      </Shown>
    </Page>
  );
}
