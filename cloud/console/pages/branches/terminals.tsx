// The terminals of a branch: added here, and taken off where no file of the mini-PC has them.
import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconPlus, IconRadar2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { devicesQuery, type Site } from '../../api/fleet.ts';
import { useMay } from '../../app/session.tsx';
import { DeviceTable } from '../../parts/device-table.tsx';
import { Pager, usePaging } from '../../parts/pager.tsx';
import { Shown } from '../../parts/shown.tsx';
import { AddTerminal, NOTHING_SEEN, type TerminalSeen } from './add-terminal.tsx';
import { Discover } from './discover.tsx';
import { RemoveTerminal } from './remove-terminal.tsx';

const PAGE = 50;
const ICON = 16;

export function Terminals({ site: branch }: { readonly site: Site }) {
  const { t } = useTranslation();
  const { site, online } = branch;
  const may = useMay();
  const mayChange = may('devices:write');
  const [isLooking, setLooking] = useState(false);
  const [adding, setAdding] = useState<TerminalSeen | null>(null);
  const paging = usePaging(site);
  const devices = useQuery(devicesQuery({ site }, paging.cursor, PAGE));
  return (
    <Stack gap="sm" component="section" aria-label={t('branch.terminals')}>
      <Group justify="space-between">
        <Title order={2} size="h4">
          {t('branch.terminals')}
        </Title>
        {mayChange && online ? (
          <Group gap="xs">
            <Button
              variant="default"
              leftSection={<IconRadar2 size={ICON} />}
              onClick={() => setLooking(true)}
            >
              {t('branch.discover')}
            </Button>
            <Button leftSection={<IconPlus size={ICON} />} onClick={() => setAdding(NOTHING_SEEN)}>
              {t('branch.addTerminal')}
            </Button>
          </Group>
        ) : null}
      </Group>
      <Shown
        query={devices}
        isEmpty={({ data }) => data.length === 0}
        empty={<Text>{t(online ? 'branch.noTerminals' : 'branch.noTerminalsYet')}</Text>}
      >
        {({ data, total, next_cursor }) => (
          <>
            <DeviceTable
              devices={data}
              isOneSite
              {...(mayChange
                ? {
                    action: (device) => (device.source === 'api' ? <RemoveTerminal device={device} /> : null),
                  }
                : {})}
            />
            <Pager paging={paging} next={next_cursor} total={total} />
          </>
        )}
      </Shown>
      {isLooking ? <Discover site={branch} onClose={() => setLooking(false)} /> : null}
      {adding === null ? null : <AddTerminal site={site} seen={adding} onClose={() => setAdding(null)} />}
    </Stack>
  );
}
