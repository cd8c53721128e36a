// One branch: its agent and how its machine fares, its terminals, and the line that brings the agent in.
import { Button, Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { type Site, siteQuery } from '../../api/fleet.ts';
import { useMay } from '../../app/session.tsx';
import { Page } from '../../parts/page.tsx';
import { Shown } from '../../parts/shown.tsx';
import { Coloured, SiteBadge } from '../../parts/state-badge.tsx';
import { When } from '../../parts/when.tsx';
import { AgentCard } from './agent-card.tsx';
import { BranchActions } from './branch-actions.tsx';
import { Connections } from './connections.tsx';
import { Enrolment } from './enrolment.tsx';
import { Terminals } from './terminals.tsx';

function Troubles({ site }: { readonly site: Site }) {
  const { t } = useTranslation();
  const lines = [
    ...(site.state === 'offline' ? [[t('common.site.offline'), t('branch.next.offline')] as const] : []),
    ...site.troubles.map(
      (trouble) => [t(`branch.trouble.${trouble}`), t(`branch.nextOfTrouble.${trouble}`)] as const,
    ),
  ];
  if (lines.length === 0) return null;
  return (
    <Card withBorder component="section" aria-label={t('overview.needs')}>
      <Stack gap="xs">
        {lines.map(([word, next]) => (
          <Group key={word} gap="xs">
            <Coloured color="orange">{word}</Coloured>
            <Text size="sm">{next}</Text>
          </Group>
        ))}
      </Stack>
    </Card>
  );
}

/** Its agent has never been here. */
function BringIn({ onLine }: { readonly onLine: () => void }) {
  const { t } = useTranslation();
  return (
    <Card withBorder component="section" aria-label={t('branch.bringIn')}>
      <Stack gap="xs" align="flex-start">
        <Title order={2} size="h5">
          {t('branch.bringIn')}
        </Title>
        <Text size="sm">{t('branch.bringInHow')}</Text>
        <Button onClick={onLine}>{t('branch.line')}</Button>
      </Stack>
    </Card>
  );
}

export function BranchPage() {
  const { t } = useTranslation();
  const may = useMay();
  const { site: id = '' } = useParams({ strict: false });
  const { line } = useSearch({ from: '/branches/$site' });
  const go = useNavigate({ from: '/branches/$site' });
  const showLine = (isShown: boolean) => void go({ search: isShown ? { line: 'yes' } : {}, replace: true });
  const query = useQuery(siteQuery(id));
  const site = query.data ?? null;
  return (
    <Page
      title={site?.name ?? id}
      lead={
        site === null ? undefined : (
          <Group gap="xs">
            <SiteBadge state={site.state} />
            {site.since === null ? null : <When at={site.since} />}
            <span>·</span>
            <span className="mono">{site.site}</span>
          </Group>
        )
      }
      actions={site === null ? undefined : <BranchActions site={site} onLine={() => showLine(true)} />}
    >
      <Shown query={query} isEmpty={(found) => found === null} empty={<Text>{t('branch.gone')}</Text>}>
        {(found) =>
          found === null ? null : (
            <Stack>
              {found.state === 'unknown' ? <BringIn onLine={() => showLine(true)} /> : null}
              <Troubles site={found} />
              {may('devices:read') ? <Terminals site={found} /> : null}
              {found.state === 'unknown' ? null : (
                <SimpleGrid cols={{ base: 1, md: 2 }} style={{ alignItems: 'start' }}>
                  <AgentCard site={found} />
                  <Connections site={found.site} />
                </SimpleGrid>
              )}
            </Stack>
          )
        }
      </Shown>
      {site === null || line === undefined ? null : <Enrolment site={site} onClose={() => showLine(false)} />}
    </Page>
  );
}
