// One operation's story: who asked for it, how long it waited, what its terminal did, and what the outcome rests on.
import { Button, Group, Stack, Table, Text, Timeline, Title } from '@mantine/core';
import { IconCheck, IconDeviceTablet, IconRoute, IconUser, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client.ts';
import type { components } from '../../api/contract.d.ts';
import { useMay } from '../../app/session.tsx';
import { isSettled, useChange } from '../../parts/change.ts';
import { Go } from '../../parts/go.tsx';
import { Page } from '../../parts/page.tsx';
import { Pager, usePaging } from '../../parts/pager.tsx';
import { Plain, plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';
import { OperationBadge } from '../../parts/state-badge.tsx';
import { useOpName } from '../../parts/use-op-name.ts';
import { When } from '../../parts/when.tsx';
import { Wide } from '../../parts/wide.tsx';
import { askedQuery, operationQuery, type Seen } from './story-data.ts';
import { useWho } from './use-who.ts';

const ITEMS = 100;
const APPLIED = ['no', 'yes', 'partial', 'unknown'] as const;
const VERIFIED = ['readback', 'counters', 'ack'] as const;

/** Who asked, as the audit log has it. */
function Asked({ operation }: Pick<Seen, 'operation'>) {
  const { t } = useTranslation();
  const may = useMay();
  const whoOf = useWho();
  const asked = useQuery(askedQuery(operation.id, operation.created_at, may('audit:read')));
  const entry = asked.data;
  if (!may('audit:read')) return <Text size="sm">{t('story.askedHidden')}</Text>;
  if (entry === undefined) return null;
  if (entry === null) return <Text size="sm">{t('story.askedRead')}</Text>;
  const { subject, face, address, fields, user_id } = entry;
  return (
    <>
      <Text size="sm">
        {t('story.askedBy', { who: whoOf(subject), way: t(`story.wayOf.${face}`), address: plain(address) })}
      </Text>
      {user_id === undefined ? null : (
        <Text size="sm">
          {t('story.badge')}: <Plain text={user_id} mono />
        </Text>
      )}
      {fields.length === 0 ? null : (
        <Text size="sm">{t('story.sent', { fields: plain(fields.join(', ')) })}</Text>
      )}
    </>
  );
}

function Ending({ operation, verified }: Seen) {
  const { t } = useTranslation();
  if (!isSettled(operation)) return <Text size="sm">{t('story.ongoing')}</Text>;
  const { error, result, settled_at } = operation;
  const applied = APPLIED.find((one) => one === error?.applied);
  const how = VERIFIED.find((one) => one === verified);
  const message = (result as { message?: unknown } | undefined)?.message;
  return (
    <>
      <When at={settled_at} full />
      {typeof message === 'string' ? <Text size="sm">{plain(message)}</Text> : null}
      {error === undefined ? null : <Text size="sm">{plain(error.error)}</Text>}
      {applied === undefined ? null : <Text size="sm">{t(`story.applied.${applied}`)}</Text>}
      {how === undefined ? null : <Text size="sm">{t(`story.verified.${how}`)}</Text>}
    </>
  );
}

type Item = components['schemas']['BatchResult'];

/** What became of each item of a batch, at each of its terminals. */
function Items({ items }: { readonly items: readonly Item[] }) {
  const { t } = useTranslation();
  const paging = usePaging(String(items.length));
  const from = Number(paging.cursor ?? 0);
  const next = from + ITEMS < items.length ? String(from + ITEMS) : undefined;
  return (
    <Stack gap="sm">
      <Title order={2} fz="h4">
        {t('story.items')}
      </Title>
      <Wide minWidth={520} label={t('story.items')}>
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('story.item')}</Table.Th>
              <Table.Th>{t('story.badge')}</Table.Th>
              <Table.Th>{t('story.terminal')}</Table.Th>
              <Table.Th>{t('story.what')}</Table.Th>
              <Table.Th>{t('story.state')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.slice(from, from + ITEMS).map(({ item, user_id, device_id, do: deed, state, error }) => (
              <Table.Tr key={`${item} ${device_id}`}>
                <Table.Td>{item + 1}</Table.Td>
                <Table.Td>
                  <Plain text={user_id} mono />
                </Table.Td>
                <Table.Td>
                  <Plain text={device_id} />
                </Table.Td>
                <Table.Td>{t(`story.do.${deed}`)}</Table.Td>
                <Table.Td>
                  <OperationBadge state={state} />
                  <Text size="xs" c="dimmed">
                    {plain(error?.error ?? '')}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Wide>
      <Pager paging={paging} next={next} total={items.length} />
    </Stack>
  );
}

function Steps(seen: Seen) {
  const { t } = useTranslation();
  const { operation, queueMs, deviceMs } = seen;
  const { state, progress, created_at, counts, keep_until, results } = operation;
  const ended = isSettled(operation);
  const isBad = ended && state !== 'succeeded';
  const reached = ended ? 3 : state === 'running' ? 2 : 1;
  return (
    <Stack>
      <Timeline active={reached} bulletSize={28} lineWidth={2} aria-live="polite">
        <Timeline.Item bullet={<IconUser size={16} />} title={t('story.stepAsked')}>
          <When at={created_at} full />
          <Asked operation={operation} />
        </Timeline.Item>
        <Timeline.Item bullet={<IconRoute size={16} />} title={t('story.stepWaiting')}>
          {state === 'accepted' ? <Text size="sm">{t('story.waitingMore')}</Text> : null}
          {queueMs === undefined ? null : <Text size="sm">{t('story.queued', { ms: queueMs })}</Text>}
          {keep_until === undefined || ended ? null : (
            <Text size="sm">{t('story.keepUntil', { when: new Date(keep_until).toLocaleString() })}</Text>
          )}
        </Timeline.Item>
        <Timeline.Item bullet={<IconDeviceTablet size={16} />} title={t('story.stepAtTerminal')}>
          {operation.device_id === undefined ? null : (
            <Go to="/terminals/$device" params={{ device: operation.device_id }} size="sm">
              <Plain text={operation.device_id} />
            </Go>
          )}
          {progress === undefined || ended ? null : <Text size="sm">{plain(progress.stage)}</Text>}
          {deviceMs === undefined ? null : <Text size="sm">{t('story.spent', { ms: deviceMs })}</Text>}
          {counts === undefined ? null : <Text size="sm">{t('story.counts', { ...counts })}</Text>}
        </Timeline.Item>
        <Timeline.Item
          bullet={isBad ? <IconX size={16} /> : <IconCheck size={16} />}
          color={isBad ? 'red' : 'teal'}
          title={
            <Group gap="xs">
              {t('story.stepEnd')}
              <OperationBadge state={state} />
            </Group>
          }
        >
          <Ending {...seen} />
        </Timeline.Item>
      </Timeline>
      {results === undefined || results.length === 0 ? null : <Items items={results} />}
    </Stack>
  );
}

export function Story() {
  const { t } = useTranslation();
  const nameOf = useOpName();
  const { operation: id } = useParams({ from: '/operations/$operation' });
  const query = useQuery(operationQuery(id));
  const cancel = useChange({
    call: () => read(api.DELETE('/operations/{id}', { params: { path: { id } } })),
    affects: [['operations']],
  });
  const { data } = query;
  const mayCancel = data?.operation.state === 'accepted' || data?.operation.op === 'finger.enroll';
  return (
    <Page
      title={data === undefined ? t('story.one') : nameOf(data.operation.op)}
      lead={
        <Group gap="xs">
          <Go to="/operations" size="sm">
            {t('story.operations')}
          </Go>
          <Plain text={id} mono />
        </Group>
      }
      actions={
        data !== undefined && !isSettled(data.operation) && mayCancel ? (
          <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate(undefined)}>
            {t('story.cancel')}
          </Button>
        ) : undefined
      }
    >
      <Shown query={query}>{(seen) => <Steps {...seen} />}</Shown>
    </Page>
  );
}
