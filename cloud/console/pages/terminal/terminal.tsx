// One terminal: how it stands, its users, its clock and room, and what was done on it.
import { Group, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { deviceQuery } from '../../api/fleet.ts';
import { useMay } from '../../app/session.tsx';
import { Page } from '../../parts/page.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';
import { DeviceBadge } from '../../parts/state-badge.tsx';
import { When } from '../../parts/when.tsx';
import { Condition } from './condition.tsx';
import { OperationList } from './operation-list.tsx';
import { Users } from './users.tsx';

export function Terminal() {
  const { t } = useTranslation();
  const may = useMay();
  const { device: id = '' } = useParams({ strict: false });
  const query = useQuery(deviceQuery(id));
  const [tab, setTab] = useState<string | null>(may('users:read') ? 'users' : 'state');
  const device = query.data ?? null;
  return (
    <Page
      title={device?.name ?? id}
      lead={
        device === null ? undefined : (
          <Group gap="xs">
            <DeviceBadge state={device.state} />
            <When at={device.since} />
            <span>·</span>
            <span>{device.site}</span>
            <span>·</span>
            <Plain text={`${device.ip}:${device.port}`} mono />
          </Group>
        )
      }
    >
      <Shown query={query} isEmpty={(found) => found === null} empty={<Text>{t('terminal.gone')}</Text>}>
        {(found) =>
          found === null ? null : (
            <>
              {found.reason === undefined ? null : (
                <Text size="sm">
                  <Plain text={found.reason} />
                </Text>
              )}
              <Tabs value={tab} onChange={setTab} keepMounted={false}>
                <Tabs.List mb="md">
                  <Tabs.Tab value="users">{t('terminal.tabUsers')}</Tabs.Tab>
                  <Tabs.Tab value="state">{t('terminal.tabState')}</Tabs.Tab>
                  <Tabs.Tab value="operations">{t('terminal.tabOperations')}</Tabs.Tab>
                </Tabs.List>
                <Tabs.Panel value="users">
                  <Users device={found} />
                </Tabs.Panel>
                <Tabs.Panel value="state">
                  <Condition device={found} />
                </Tabs.Panel>
                <Tabs.Panel value="operations">
                  <OperationList device={found.id} />
                </Tabs.Panel>
              </Tabs>
            </>
          )
        }
      </Shown>
    </Page>
  );
}
