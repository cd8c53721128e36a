// When the agent of a branch came and went, newest first.
import { Card, Text, Timeline, Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client.ts';
import { Pager, usePaging } from '../../parts/pager.tsx';
import { Shown } from '../../parts/shown.tsx';
import { SITE_COLOURS } from '../../parts/state-badge.tsx';
import { When } from '../../parts/when.tsx';

const ROWS = 8;
const EVERY_MS = 15_000;

export function Connections({ site }: { readonly site: string }) {
  const { t } = useTranslation();
  const paging = usePaging(site);
  const { cursor } = paging;
  const history = useQuery({
    queryKey: ['sites', 'history', site, cursor],
    queryFn: ({ signal }) => {
      const query = { limit: ROWS, ...(cursor === undefined ? {} : { cursor }) };
      return read(api.GET('/sites/{site}/history', { params: { path: { site }, query }, signal }));
    },
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
  });
  return (
    <Card withBorder component="section" aria-label={t('branch.history')}>
      <Title order={2} size="h5" mb="xs">
        {t('branch.history')}
      </Title>
      <Shown
        query={history}
        isEmpty={({ data }) => data.length === 0}
        empty={<Text>{t('branch.noHistory')}</Text>}
      >
        {({ data, next_cursor }) => (
          <>
            <Timeline bulletSize={14} lineWidth={2} active={data.length}>
              {data.map(({ state, since }) => {
                const kind = state === 'online' ? 'online' : 'offline';
                return (
                  <Timeline.Item
                    key={since}
                    color={SITE_COLOURS[kind]}
                    title={
                      <Text size="sm" fw={600}>
                        {t(`common.site.${kind}`)}
                      </Text>
                    }
                  >
                    <Text size="xs" c="dimmed">
                      <When at={since} full />
                    </Text>
                  </Timeline.Item>
                );
              })}
            </Timeline>
            <Pager paging={paging} next={next_cursor} />
          </>
        )}
      </Shown>
    </Card>
  );
}
