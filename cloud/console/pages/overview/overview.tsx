// The first page: how the terminals stand, and what needs a hand first, each with the next step.
import { Anchor, Card, Group, List, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { type Device, type DeviceState, devicesQuery } from '../../api/fleet.ts';
import { Page } from '../../parts/page.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';
import { DeviceBadge } from '../../parts/state-badge.tsx';
import { When } from '../../parts/when.tsx';

const STATES: readonly DeviceState[] = ['online', 'offline', 'refused', 'swapped', 'busy', 'unknown'];
/** The worst first. */
const NEEDY = ['swapped', 'refused', 'offline', 'unknown'] as const;

function needyOf(devices: readonly Device[]) {
  return NEEDY.flatMap((state) =>
    devices.filter((device) => device.state === state).map((device) => ({ state, device })),
  );
}

function Counts({ devices }: { readonly devices: readonly Device[] }) {
  const counts = STATES.map(
    (state) => [state, devices.filter((device) => device.state === state).length] as const,
  );
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
      {counts
        .filter(([state, count]) => count > 0 || state === 'online' || state === 'offline')
        .map(([state, count]) => (
          <Card key={state} withBorder padding="sm">
            <Text fz={28} fw={700}>
              {count}
            </Text>
            <DeviceBadge state={state} />
          </Card>
        ))}
    </SimpleGrid>
  );
}

function Needs({ devices }: { readonly devices: readonly Device[] }) {
  const { t } = useTranslation();
  const needy = needyOf(devices);
  if (needy.length === 0) return <Text>{t('overview.allWell')}</Text>;
  return (
    <List listStyleType="none" spacing="sm">
      {needy.map(({ state, device }) => (
        <List.Item key={device.id}>
          <Group gap="xs">
            <DeviceBadge state={state} />
            <Anchor component={Link} to={`/terminals/${encodeURIComponent(device.id)}`}>
              <Plain text={device.name} />
            </Anchor>
            <Text size="sm" c="dimmed">
              {device.site}
              {device.since === null ? null : (
                <>
                  {' · '}
                  <When at={device.since} />
                </>
              )}
            </Text>
          </Group>
          <Text size="sm">{t(`overview.next.${state}`)}</Text>
        </List.Item>
      ))}
    </List>
  );
}

export function Overview() {
  const { t } = useTranslation();
  const query = useQuery(devicesQuery());
  return (
    <Page title={t('overview.title')}>
      <Shown query={query}>
        {({ data }) => (
          <Stack>
            <Title order={2} size="h4">
              {t('overview.terminals')}
            </Title>
            <Counts devices={data} />
            <Title order={2} size="h4">
              {t('overview.needs')}
            </Title>
            <Needs devices={data} />
          </Stack>
        )}
      </Shown>
    </Page>
  );
}
