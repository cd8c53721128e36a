// Cards and codes of a terminal: whose, until when, how many passes are left; a visitor in one form.
import { Button, Group, SegmentedControl, Select, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconUserPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/session.tsx';
import { Page } from '../../parts/page.tsx';
import { Pager, usePaging } from '../../parts/pager.tsx';
import { deviceChoices, useDevices } from '../../parts/places.ts';
import { Empty, Shown } from '../../parts/shown.tsx';
import { useFeed } from '../../parts/use-feed.ts';
import { IDENTIFIERS_KEY, identifiersQuery, KINDS, type Kind } from './identifier-data.ts';
import { IdentifierRows } from './identifier-rows.tsx';
import { VisitorForm } from './visitor-form.tsx';

const TYPES = 'rule.on,rule.off,rule.overdue,rule.restored,rule.failed,punch.created';

export function Identifiers() {
  const { t } = useTranslation();
  const mayChange = useMay()('users:write');
  const client = useQueryClient();
  const { device: chosen, type } = useSearch({ from: '/identifiers' });
  const go = useNavigate({ from: '/identifiers' });
  const [isGiving, { open, close }] = useDisclosure();
  const devices = useDevices();
  const device = chosen ?? devices.data?.[0]?.id;
  const kind: Kind = KINDS.find((one) => one === type) ?? 'card';
  const paging = usePaging(`${device} ${kind}`);
  const query = useQuery({
    ...identifiersQuery(device, kind, paging.page),
    placeholderData: keepPreviousData,
  });
  // What goes on, comes off or is used up is told: the list is read again then.
  useFeed(TYPES, device !== undefined, (events) => {
    const isAbout = events.length === 0 || events.some(({ device_id }) => device_id === device);
    if (isAbout) void client.invalidateQueries({ queryKey: [...IDENTIFIERS_KEY, device] });
  });
  return (
    <Page
      title={t('identifier.title')}
      lead={t('identifier.lead')}
      actions={
        mayChange ? (
          <Button leftSection={<IconUserPlus size={16} />} onClick={open} disabled={device === undefined}>
            {t('identifier.visitor')}
          </Button>
        ) : undefined
      }
    >
      <Group align="flex-end" gap="sm">
        <Select
          label={t('identifier.terminal')}
          placeholder={t('identifier.chooseTerminal')}
          data={deviceChoices(devices.data ?? [])}
          value={device ?? null}
          onChange={(value) => void go({ search: { type, device: value ?? undefined }, replace: true })}
          searchable
          allowDeselect={false}
          flex="1 1 14rem"
        />
        <SegmentedControl
          aria-label={t('identifier.type')}
          data={KINDS.map((value) => ({ value, label: t(`identifier.typeOf.${value}`) }))}
          value={kind}
          onChange={(value) => void go({ search: { device: chosen, type: value }, replace: true })}
        />
      </Group>
      {devices.data?.length === 0 ? (
        <Empty>{t('identifier.noTerminal')}</Empty>
      ) : (
        <Shown
          query={query}
          isEmpty={({ items }) => items.length === 0}
          empty={
            <>
              <Text fw={600}>{t('identifier.none')}</Text>
              {mayChange ? <Text size="sm">{t('identifier.noneMore')}</Text> : null}
            </>
          }
        >
          {({ items, pages }) => (
            <>
              <IdentifierRows items={items} device={device ?? ''} kind={kind} mayChange={mayChange} />
              <Pager paging={paging} next={paging.page < pages ? String(paging.page + 1) : undefined} />
            </>
          )}
        </Shown>
      )}
      <VisitorForm key={String(isGiving)} opened={isGiving} onClose={close} device={device} />
    </Page>
  );
}
