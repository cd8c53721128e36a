// One terminal: how it stands and stood, its users, its clock and room, its settings, and what was done on it.
import { Group, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { type Device, deviceQuery } from '../../api/fleet.ts';
import { useMay } from '../../app/session.tsx';
import { Page } from '../../parts/page.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';
import { DeviceBadge } from '../../parts/state-badge.tsx';
import { When } from '../../parts/when.tsx';
import { Condition } from './condition.tsx';
import { OperationList } from './operation-list.tsx';
import { Replaced } from './replaced.tsx';
import { DeviceSettings } from './settings-form.tsx';
import { StateHistory } from './state-history.tsx';
import { Users } from './users.tsx';

const TABS = ['users', 'state', 'history', 'operations', 'settings'] as const;
type Tab = (typeof TABS)[number];

function useTab() {
  const may = useMay();
  const { tab } = useSearch({ from: '/terminals/$device' });
  const go = useNavigate({ from: '/terminals/$device' });
  const first: Tab = may('users:read') ? 'users' : 'state';
  return {
    tab: TABS.find((one) => one === tab) ?? first,
    show: (value: string | null) => void go({ search: { tab: value ?? undefined }, replace: true }),
  };
}

function Parts({ device }: { readonly device: Device }) {
  const { t } = useTranslation();
  const { tab, show } = useTab();
  const words = {
    users: t('terminal.tabUsers'),
    state: t('terminal.tabState'),
    history: t('device.history.title'),
    operations: t('terminal.tabOperations'),
    settings: t('device.settings.tab'),
  };
  return (
    <Tabs value={tab} onChange={show} keepMounted={false}>
      <Tabs.List mb="md">
        {TABS.map((one) => (
          <Tabs.Tab key={one} value={one}>
            {words[one]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="users">
        <Users device={device} />
      </Tabs.Panel>
      <Tabs.Panel value="state">
        <Condition device={device} />
      </Tabs.Panel>
      <Tabs.Panel value="history">
        <StateHistory device={device.id} />
      </Tabs.Panel>
      <Tabs.Panel value="operations">
        <OperationList device={device.id} />
      </Tabs.Panel>
      <Tabs.Panel value="settings">
        <DeviceSettings device={device} />
      </Tabs.Panel>
    </Tabs>
  );
}

export function Terminal() {
  const { t } = useTranslation();
  const { device: id } = useParams({ from: '/terminals/$device' });
  const query = useQuery(deviceQuery(id));
  const device = query.data ?? null;
  return (
    <Page
      title={device?.name ?? id}
      lead={
        device === null ? undefined : (
          <Group gap="md">
            <DeviceBadge state={device.state} />
            <When at={device.since} />
            <Plain text={device.site} />
            <Plain text={`${device.ip}:${device.port}`} mono />
          </Group>
        )
      }
    >
      <Shown query={query} isEmpty={(found) => found === null} empty={<Text>{t('terminal.gone')}</Text>}>
        {(found) =>
          found === null ? null : (
            <>
              <Replaced device={found} />
              {found.reason === undefined || found.serial_found !== undefined ? null : (
                <Text size="sm">
                  <Plain text={found.reason} />
                </Text>
              )}
              <Parts device={found} />
            </>
          )
        }
      </Shown>
    </Page>
  );
}
