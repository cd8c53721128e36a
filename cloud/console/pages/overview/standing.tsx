// How many branches and terminals are in which state, as a bar and as numbers that lead to their lists.
import { Card, Group, Progress, SimpleGrid, Text, Title } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { DEVICE_STATES, type DeviceState } from '../../../../shared/domain/device-states.ts';
import { devicesQuery, fleetQuery, type SiteState } from '../../api/fleet.ts';
import { useMay } from '../../app/session.tsx';
import { Go } from '../../parts/go.tsx';
import { Shown } from '../../parts/shown.tsx';
import { DEVICE_COLOURS, Dot, SITE_COLOURS } from '../../parts/state-badge.tsx';

const SITE_STATES: readonly SiteState[] = ['online', 'offline', 'unknown'];

interface Part {
  readonly state: string;
  readonly word: string;
  readonly color: string;
  readonly count: number;
}

interface StandProps {
  readonly title: string;
  readonly to: '/branches' | '/terminals';
  readonly parts: readonly Part[];
}

/** States in which nobody is are left out, but for the first. */
function Stand({ title, to, parts }: StandProps) {
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  const shown = parts.filter(({ count }, place) => count > 0 || place === 0);
  return (
    <Card withBorder component="section" aria-label={title}>
      <Group justify="space-between" align="baseline">
        <Title order={2} size="h5">
          {title}
        </Title>
        <Text fz={28} fw={700} lh={1}>
          {total}
        </Text>
      </Group>
      <Progress.Root size="lg" my="sm" aria-hidden="true">
        {shown.map(({ state, count, color }) => (
          <Progress.Section key={state} value={total === 0 ? 0 : (100 * count) / total} color={color} />
        ))}
      </Progress.Root>
      <Group gap="md">
        {shown.map(({ state, word, count, color }) => (
          <Go key={state} to={to} search={{ state }} size="sm" c="var(--mantine-color-text)">
            <Group gap={6} component="span" wrap="nowrap">
              <Dot color={color} />
              <span>
                <b>{count}</b> {word}
              </span>
            </Group>
          </Go>
        ))}
      </Group>
    </Card>
  );
}

/** For who may see branches: one question about all of them. */
function OfFleet() {
  const { t } = useTranslation();
  const fleet = useQuery(fleetQuery);
  return (
    <Shown query={fleet}>
      {({ sites, devices }) => (
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Stand
            title={t('overview.branches')}
            to="/branches"
            parts={SITE_STATES.map((state) => ({
              state,
              word: t(`common.site.${state}`),
              color: SITE_COLOURS[state],
              count: sites[state],
            }))}
          />
          <Terminals counts={devices} />
        </SimpleGrid>
      )}
    </Shown>
  );
}

function Terminals({ counts }: { readonly counts: Readonly<Record<DeviceState, number>> }) {
  const { t } = useTranslation();
  return (
    <Stand
      title={t('overview.terminals')}
      to="/terminals"
      parts={DEVICE_STATES.map((state) => ({
        state,
        word: t(`common.device.${state}`),
        color: DEVICE_COLOURS[state],
        count: counts[state],
      }))}
    />
  );
}

/** For who may not: the terminals that one sees, counted by the totals of their lists. */
function OfDevices() {
  const lists = useQueries({
    queries: DEVICE_STATES.map((state) => devicesQuery({ state }, undefined, 1)),
  });
  const waiting = lists.find(({ data }) => data === undefined) ?? lists[0];
  if (waiting === undefined) return null;
  const totals = lists.map(({ data }) => data?.total ?? 0);
  const counts = Object.fromEntries(DEVICE_STATES.map((state, place) => [state, totals[place] ?? 0]));
  return <Shown query={waiting}>{() => <Terminals counts={counts as Record<DeviceState, number>} />}</Shown>;
}

export function Standing() {
  const may = useMay();
  return may('sites:admin') ? <OfFleet /> : <OfDevices />;
}
