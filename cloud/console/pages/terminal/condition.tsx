// How a terminal is: its clock, its room, what it says of itself, and what happened to it.
import { Button, Card, Group, Progress, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client.ts';
import type { Device } from '../../api/fleet.ts';
import { useMay } from '../../app/session.tsx';
import { readSettled, useChange } from '../../parts/change.ts';
import { Plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';
import { When } from '../../parts/when.tsx';

const NEARLY_FULL = 90;

function Room({
  word,
  count,
  capacity,
}: {
  readonly word: string;
  readonly count: number | null;
  readonly capacity: number | null;
}) {
  const { t } = useTranslation();
  if (count === null) return null;
  const isKnown = capacity !== null && capacity > 0;
  const percent = isKnown ? Math.min(100, (100 * count) / capacity) : 0;
  return (
    <div>
      <Group justify="space-between">
        <Text size="sm">{word}</Text>
        <Text size="sm" c="dimmed">
          {isKnown ? t('terminal.info.of', { count, capacity }) : t('terminal.info.noCapacity', { count })}
        </Text>
      </Group>
      {isKnown ? (
        <Progress value={percent} color={percent >= NEARLY_FULL ? 'red' : 'night'} aria-label={word} />
      ) : null}
    </div>
  );
}

function Facts({ rows }: { readonly rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <Table layout="fixed" variant="vertical">
      <Table.Tbody>
        {rows.map(([word, value]) => (
          <Table.Tr key={word}>
            <Table.Th w="40%">{word}</Table.Th>
            <Table.Td>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Told({ device }: { readonly device: Device }) {
  const { t } = useTranslation();
  const { punches } = device;
  return (
    <Card withBorder>
      <Facts
        rows={[
          [
            t('terminal.serial'),
            device.serial === null ? t('common.unknown') : <Plain key="serial" text={device.serial} mono />,
          ],
          [t('terminal.seen'), <When key="seen" at={device.last_seen} />],
          [t('terminal.info.zone'), device.timezone ?? t('common.unknown')],
          ...(punches === undefined
            ? []
            : [[t('terminal.info.punches'), t(`terminal.info.${punches.mode}`)] as const]),
        ]}
      />
      {punches === undefined || punches.history.done >= punches.history.total ? null : (
        <>
          <Text size="sm">{t('terminal.info.history', punches.history)}</Text>
          <Progress
            value={(100 * punches.history.done) / punches.history.total}
            aria-label={t('terminal.info.history', punches.history)}
          />
        </>
      )}
    </Card>
  );
}

export function Condition({ device }: { readonly device: Device }) {
  const { t } = useTranslation();
  const may = useMay();
  const path = { device_id: device.id };
  const info = useQuery({
    queryKey: ['devices', device.id, 'info'],
    queryFn: ({ signal }) => readSettled(api.GET('/devices/{device_id}/info', { params: { path }, signal })),
    staleTime: 60_000,
  });
  const affects = [['devices', device.id, 'info']];
  const ping = useChange({
    call: () => read(api.GET('/devices/{device_id}/ping', { params: { path } })),
    affects,
  });
  const syncTime = useChange({
    call: () => read(api.POST('/devices/{device_id}/sync-time', { params: { path } })),
    affects,
  });
  return (
    <Stack>
      <Group gap="xs">
        <Button variant="default" loading={ping.isPending} onClick={() => ping.mutate(undefined)}>
          {t('terminal.info.ping')}
        </Button>
        {may('devices:write') ? (
          <Button variant="default" loading={syncTime.isPending} onClick={() => syncTime.mutate(undefined)}>
            {t('terminal.info.syncTime')}
          </Button>
        ) : null}
        <Button variant="default" loading={info.isFetching} onClick={() => void info.refetch()}>
          {t('terminal.info.ask')}
        </Button>
      </Group>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Told device={device} />
        <Card withBorder>
          <Shown query={info}>
            {({ data }) => (
              <Stack gap="sm">
                <Facts
                  rows={[
                    [t('terminal.info.clock'), <Plain key="clock" text={data.device_time} />],
                    [
                      t('terminal.info.model'),
                      <Plain key="model" text={`${data.device_name} ${data.platform}`} />,
                    ],
                    [t('terminal.info.firmware'), <Plain key="firmware" text={data.firmware_version} />],
                  ]}
                />
                <Title order={2} size="h5">
                  {t('terminal.info.capacity')}
                </Title>
                <Room
                  word={t('terminal.info.users')}
                  count={data.users_count}
                  capacity={data.users_capacity}
                />
                <Room
                  word={t('terminal.info.fingers')}
                  count={data.fingers_count}
                  capacity={data.fingers_capacity}
                />
                <Room
                  word={t('terminal.info.records')}
                  count={data.records_count}
                  capacity={data.records_capacity}
                />
              </Stack>
            )}
          </Shown>
        </Card>
      </SimpleGrid>
    </Stack>
  );
}
