// The tries of the last days to deliver to a webhook, newest first.
import { Drawer, Table, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Pager, usePaging } from '../../parts/pager.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';
import { Coloured } from '../../parts/state-badge.tsx';
import { When } from '../../parts/when.tsx';
import { Wide } from '../../parts/wide.tsx';
import { deliveriesQuery, type Webhook } from './webhook-data.ts';

function Tries({ webhook }: { readonly webhook: Webhook }) {
  const { t } = useTranslation();
  const paging = usePaging(webhook.id);
  const query = useQuery({
    ...deliveriesQuery(webhook.id, paging.cursor),
    placeholderData: keepPreviousData,
  });
  return (
    <Shown query={query} isEmpty={({ data }) => data.length === 0} empty={t('webhooks.noDeliveries')}>
      {({ data, next_cursor }) => (
        <>
          <Wide minWidth={480} label={t('webhooks.deliveries')}>
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('webhooks.when')}</Table.Th>
                  <Table.Th>{t('webhooks.event')}</Table.Th>
                  <Table.Th>{t('webhooks.answer')}</Table.Th>
                  <Table.Th>{t('webhooks.took')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {data.map(({ id, at, type, delivered, status, error, ms }) => (
                  <Table.Tr key={id}>
                    <Table.Td>
                      <When at={at} full />
                    </Table.Td>
                    <Table.Td>
                      <Plain text={type} mono />
                    </Table.Td>
                    <Table.Td>
                      <Coloured color={delivered ? 'teal' : 'red'}>
                        {t(delivered ? 'webhooks.delivered' : 'webhooks.notDelivered')}
                      </Coloured>
                      <Text size="xs" c="dimmed">
                        {status ?? (error === undefined ? '' : t(`webhooks.errorOf.${error}`))}
                      </Text>
                    </Table.Td>
                    <Table.Td>{ms} ms</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Wide>
          <Pager paging={paging} next={next_cursor} />
        </>
      )}
    </Shown>
  );
}

export interface DeliveriesProps {
  /** Null: of none. */
  readonly webhook: Webhook | null;
  readonly onClose: () => void;
}

export function Deliveries({ webhook, onClose }: DeliveriesProps) {
  const { t } = useTranslation();
  return (
    <Drawer
      opened={webhook !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={t('webhooks.deliveriesOf')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {webhook === null ? null : <Tries webhook={webhook} />}
    </Drawer>
  );
}
