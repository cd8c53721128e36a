// The first page: how branches and terminals stand, what needs a hand first, how many pass today, and what happened last.
import { Card, SimpleGrid, Skeleton, Stack, Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/session.tsx';
import { Page } from '../../parts/page.tsx';
import { countedQuery } from '../../parts/punch-count.ts';
import { Shown } from '../../parts/shown.tsx';
import { Happened } from './happened.tsx';
import { Needs } from './needs.tsx';
import { Standing } from './standing.tsx';

const PunchChart = lazy(() => import('../../parts/punch-chart.tsx'));

const CHART_MS = 60_000;
const CHART_HEIGHT = 220;

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Card withBorder component="section" aria-label={title}>
      <Title order={2} size="h5" mb="sm">
        {title}
      </Title>
      {children}
    </Card>
  );
}

function Today() {
  const from = new Date().toLocaleDateString('sv');
  const counted = useQuery({
    ...countedQuery({ from }),
    placeholderData: keepPreviousData,
    refetchInterval: CHART_MS,
  });
  return (
    <Shown query={counted}>
      {(data) => (
        <Suspense fallback={<Skeleton h={CHART_HEIGHT} />}>
          <PunchChart {...data} />
        </Suspense>
      )}
    </Shown>
  );
}

export function Overview() {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <Page title={t('overview.title')}>
      {may('devices:read') || may('sites:admin') ? <Standing /> : null}
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md" style={{ alignItems: 'start' }}>
        <Section title={t('overview.needs')}>
          <Needs />
        </Section>
        <Stack>
          {may('attendance:read') ? <Today /> : null}
          {may('events:read') ? (
            <Section title={t('overview.happened')}>
              <Happened />
            </Section>
          ) : null}
        </Stack>
      </SimpleGrid>
    </Page>
  );
}
