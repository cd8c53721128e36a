// Punches of every terminal as they come: a live list with filters that stand in the address, a chart, and a file.
import { Badge, Button, Group, Skeleton, Switch, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback, useThrottledCallback } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconDownload } from '@tabler/icons-react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCsv } from '../../parts/csv.ts';
import { ClearFilters, DeviceFilter, SiteFilter } from '../../parts/filters.tsx';
import { Page } from '../../parts/page.tsx';
import { Pager, usePaging } from '../../parts/pager.tsx';
import { countedQuery, PUNCHES_KEY, type PunchFilter } from '../../parts/punch-count.ts';
import { Shown } from '../../parts/shown.tsx';
import { useSentence } from '../../parts/trouble.tsx';
import { type FeedState, useFeed } from '../../parts/use-feed.ts';
import { punchesQuery, punchFile } from './punch-data.ts';
import { PunchRows } from './punch-rows.tsx';

const PunchChart = lazy(() => import('../../parts/punch-chart.tsx'));

const PAUSE_MS = 400;
/** The list is read again at most so often, however many people pass at once. */
const LIST_MS = 1000;
const CHART_MS = 15_000;

function today(): string {
  return new Date().toLocaleDateString('sv');
}

function Filters({ filter }: { readonly filter: PunchFilter }) {
  const { t } = useTranslation();
  const go = useNavigate({ from: '/attendance' });
  const set = (name: keyof PunchFilter, value: string | null) =>
    void go({ search: { ...filter, [name]: value?.trim() || undefined }, replace: true });
  const setBadge = useDebouncedCallback((text: string) => set('user_id', text), PAUSE_MS);
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return (
    <Group align="flex-end" gap="sm">
      <TextInput
        key={filter.user_id === undefined ? 'none' : 'given'}
        label={t('attendance.badge')}
        placeholder={t('attendance.badgeHelp')}
        defaultValue={filter.user_id ?? ''}
        onChange={({ currentTarget }) => setBadge(currentTarget.value)}
        flex="1 1 8rem"
      />
      <DeviceFilter value={filter.device} onChange={(value) => set('device', value)} />
      <SiteFilter value={filter.site} onChange={(value) => set('site', value)} />
      <TextInput
        type="date"
        label={t('attendance.from')}
        value={filter.from ?? ''}
        max={filter.to}
        onChange={({ currentTarget }) => set('from', currentTarget.value)}
        flex="1 1 9rem"
      />
      <TextInput
        type="date"
        label={t('attendance.to')}
        value={filter.to ?? ''}
        min={filter.from}
        onChange={({ currentTarget }) => set('to', currentTarget.value)}
        flex="1 1 9rem"
      />
      {isFiltered ? <ClearFilters onClear={() => void go({ search: {}, replace: true })} /> : null}
    </Group>
  );
}

interface LiveProps {
  readonly isOn: boolean;
  readonly state: FeedState;
  readonly onChange: (isOn: boolean) => void;
  readonly count: number;
}

function Live({ isOn, state, onChange, count }: LiveProps) {
  const { t } = useTranslation();
  const isGood = isOn && state === 'live';
  const word = !isOn ? 'livePaused' : state === 'broken' ? 'liveBroken' : 'liveHelp';
  return (
    <Group gap="sm">
      <Switch
        label={t('attendance.live')}
        checked={isOn}
        color={isGood ? 'teal.8' : 'orange'}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      <Text size="sm" c="dimmed">
        {t(`attendance.${word}`)}
      </Text>
      <span role="status">
        {count === 0 ? null : (
          <Badge variant="light" tt="none" c="var(--mantine-color-text)">
            {t('attendance.arrived', { count })}
          </Badge>
        )}
      </span>
    </Group>
  );
}

/** New punches as they come: what the feed says makes the list be read again, so that filters and order stay the list's own. */
function useLive(isOn: boolean) {
  const client = useQueryClient();
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const readAgain = (name: 'list' | 'counted') =>
    void client.invalidateQueries({ queryKey: [...PUNCHES_KEY, name] });
  const list = useThrottledCallback(() => readAgain('list'), LIST_MS);
  const chart = useThrottledCallback(() => readAgain('counted'), CHART_MS);
  const state = useFeed('punch.created', isOn, (events) => {
    setFresh((before) => new Set([...before, ...events.map(({ id }) => id)].slice(-1000)));
    list();
    chart();
  });
  return { state, fresh };
}

export function Attendance() {
  const { t } = useTranslation();
  const sentenceOf = useSentence();
  const filter = useSearch({ from: '/attendance' });
  const [isOn, setOn] = useState(true);
  const { state, fresh } = useLive(isOn);
  const paging = usePaging(JSON.stringify(filter));
  const query = useQuery({
    ...punchesQuery(filter, paging.cursor),
    placeholderData: keepPreviousData,
    // Who may not follow the feed has the list read again instead.
    refetchInterval: isOn && state === 'refused' ? 5 * LIST_MS : false,
  });
  const isDated = filter.from !== undefined || filter.to !== undefined;
  const counted = useQuery({
    ...countedQuery(isDated ? filter : { ...filter, from: today() }),
    placeholderData: keepPreviousData,
  });
  const name = `${t('attendance.title').toLowerCase()}-${filter.from ?? today()}.csv`;
  const { download, lines } = useCsv(name, (cursor) => punchFile(filter, cursor));
  const exportFile = () =>
    download.mutate(undefined, {
      onSuccess: (count) =>
        notifications.show({ color: 'teal', message: t('attendance.exported', { count }) }),
      onError: (error) => notifications.show({ color: 'red', message: sentenceOf(error) }),
    });
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return (
    <Page
      title={t('attendance.title')}
      lead={t('attendance.lead')}
      actions={
        <Button
          variant="default"
          leftSection={<IconDownload size={16} />}
          onClick={exportFile}
          disabled={download.isPending}
        >
          {download.isPending ? t('attendance.exporting', { count: lines }) : t('attendance.export')}
        </Button>
      }
    >
      <Filters filter={filter} />
      {counted.data === undefined ? (
        counted.isError ? null : (
          <Skeleton h={220} />
        )
      ) : (
        <Suspense fallback={<Skeleton h={220} />}>
          <PunchChart {...counted.data} />
        </Suspense>
      )}
      <Live isOn={isOn} state={state} onChange={setOn} count={fresh.size} />
      <Shown
        query={query}
        isEmpty={({ data }) => data.length === 0}
        empty={
          isFiltered ? (
            <Text>{t('attendance.noneFound')}</Text>
          ) : (
            <>
              <Text fw={600}>{t('attendance.none')}</Text>
              <Text size="sm">{t('attendance.noneMore')}</Text>
            </>
          )
        }
      >
        {({ data, next_cursor, total }) => (
          <>
            <PunchRows punches={data} fresh={fresh} />
            <Pager paging={paging} next={next_cursor} total={total} />
          </>
        )}
      </Shown>
    </Page>
  );
}
