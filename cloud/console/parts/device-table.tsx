// Terminals as a table: where they are, how they stand, and since when.
import { Anchor, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Device } from '../api/fleet.ts';
import { ActionsHead } from './actions-head.tsx';
import { Plain } from './plain.tsx';
import { DeviceBadge } from './state-badge.tsx';
import { When } from './when.tsx';
import { Wide } from './wide.tsx';

export interface DeviceTableProps {
  readonly devices: readonly Device[];
  /** All are of one branch, which the page names. */
  readonly isOneSite?: boolean;
  /** What can be done with each. */
  readonly action?: (device: Device) => ReactNode;
}

export function DeviceTable({ devices, isOneSite = false, action }: DeviceTableProps) {
  const { t } = useTranslation();
  return (
    <Wide label={t('terminal.title')} minWidth={620}>
      <Table verticalSpacing="xs" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th miw={130}>{t('terminal.name')}</Table.Th>
            <Table.Th>{t('terminal.state')}</Table.Th>
            {isOneSite ? null : <Table.Th>{t('terminal.site')}</Table.Th>}
            <Table.Th>{t('terminal.address')}</Table.Th>
            <Table.Th>{t('terminal.seen')}</Table.Th>
            {action === undefined ? null : <ActionsHead />}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {devices.map((device) => {
            const { id, name, state, site, ip, port, last_seen, reason } = device;
            return (
              <Table.Tr key={id}>
                <Table.Td>
                  <Anchor component={Link} to={`/terminals/${encodeURIComponent(id)}`}>
                    <Plain text={name} />
                  </Anchor>
                  <Text size="xs" c="dimmed">
                    <Plain text={id} mono />
                  </Text>
                </Table.Td>
                <Table.Td>
                  <DeviceBadge state={state} />
                  {reason === undefined ? null : (
                    <Text size="xs" c="dimmed">
                      <Plain text={reason} />
                    </Text>
                  )}
                </Table.Td>
                {isOneSite ? null : <Table.Td>{site}</Table.Td>}
                <Table.Td style={{ whiteSpace: 'nowrap' }}>
                  <Plain text={`${ip}:${port}`} mono />
                </Table.Td>
                <Table.Td>
                  <When at={last_seen} />
                </Table.Td>
                {action === undefined ? null : <Table.Td>{action(device)}</Table.Td>}
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Wide>
  );
}
