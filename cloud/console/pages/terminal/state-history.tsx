// How a terminal stood before: a strip of the last seven days, and each change with its reason.
import { Card, Group, Progress, Stack, Text, Timeline, Title, Tooltip } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client.ts';
import { Pager, usePaging } from '../../parts/pager.tsx';
import { plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';
import { Coloured, DEVICE_COLOURS } from '../../parts/state-badge.tsx';
import { When } from '../../parts/when.tsx';
import { type Change, knownFrom, type Stood, sharesOf, spansOf } from './spans.ts';

const ROWS = 20;
/** As many as one answer holds: enough for a week of a terminal that comes and goes every half hour. */
const STRIP_ROWS = 500;
const WEEK_MS = 7 * 86_400_000;
const LOOK_MS = 30_000;

function useHistory(device: string, limit: number, cursor?: string) {
  const query = { limit, ...(cursor === undefined ? {} : { cursor }) };
  const path = { device_id: device };
  return useQuery({
    queryKey: ['devices', device, 'history', query],
    queryFn: ({ signal }) =>
      read(api.GET('/devices/{device_id}/history', { params: { path, query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_MS,
  });
}

/** The last days as one bar, and the share of each state. */
function Strip({ changes, at }: { readonly changes: readonly Change[]; readonly at: number }) {
  const { t, i18n } = useTranslation();
  const from = knownFrom(changes, at - WEEK_MS);
  const spans = spansOf(changes, from, at);
  const shown = (percent: number) =>
    new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 }).format(percent);
  const nameOf = (state: Stood) => t(`common.device.${state}`);
  const moment = (ms: number) =>
    new Intl.DateTimeFormat(i18n.language, { dateStyle: 'short', timeStyle: 'short' }).format(ms);
  return (
    <div>
      <Text size="sm" mb={4}>
        {from > at - WEEK_MS ? t('device.history.since', { when: moment(from) }) : t('device.history.week')}
      </Text>
      <Progress.Root size="xl" radius="sm" aria-hidden>
        {spans.map((span) => (
          <Tooltip key={span.from} label={`${nameOf(span.state)}: ${moment(span.from)} – ${moment(span.to)}`}>
            <Progress.Section
              value={(100 * (span.to - span.from)) / (at - from)}
              color={DEVICE_COLOURS[span.state]}
              withAria={false}
            />
          </Tooltip>
        ))}
      </Progress.Root>
      <Group gap="xs" mt="xs">
        {sharesOf(spans).map(({ state, percent }) => (
          <Coloured key={state} color={DEVICE_COLOURS[state]}>
            {t('device.history.part', { state: nameOf(state), percent: shown(percent) })}
          </Coloured>
        ))}
      </Group>
    </div>
  );
}

function Changes({ changes }: { readonly changes: readonly Change[] }) {
  const { t } = useTranslation();
  const wordOf = ({ of, state }: Change) => {
    if (of === 'device') return t(`common.device.${state}`);
    return t(state === 'online' ? 'device.history.agentOnline' : 'device.history.agentOffline');
  };
  return (
    <Timeline bulletSize={14} lineWidth={2} active={changes.length}>
      {changes.map((change) => (
        <Timeline.Item
          key={`${change.of} ${change.since} ${change.state}`}
          color={DEVICE_COLOURS[change.state]}
          title={wordOf(change)}
        >
          <Text size="sm" c="dimmed">
            <When at={change.since} full />
          </Text>
          {change.reason === undefined ? null : <Text size="sm">{plain(change.reason)}</Text>}
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

export function StateHistory({ device }: { readonly device: string }) {
  const { t } = useTranslation();
  const paging = usePaging(device);
  const strip = useHistory(device, STRIP_ROWS);
  const list = useHistory(device, ROWS, paging.cursor);
  return (
    <Card withBorder>
      <Stack gap="md">
        <Title order={2} size="h5">
          {t('device.history.title')}
        </Title>
        {strip.data === undefined || strip.data.data.length === 0 ? null : (
          <Strip changes={strip.data.data} at={strip.dataUpdatedAt} />
        )}
        <Shown
          query={list}
          isEmpty={({ data }) => data.length === 0}
          empty={<Text>{t('device.history.none')}</Text>}
        >
          {({ data, next_cursor }) => (
            <>
              <Changes changes={data} />
              <Pager paging={paging} next={next_cursor} />
            </>
          )}
        </Shown>
      </Stack>
    </Card>
  );
}
