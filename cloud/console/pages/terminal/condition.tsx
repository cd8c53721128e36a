// How a terminal is: its clock, its room, what it says of itself, and what happened to it.
import { Button, Card, Group, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client.ts';
import type { Device } from '../../api/fleet.ts';
import { useMay } from '../../app/session.tsx';
import { readSettled, useChange } from '../../parts/change.ts';
import { Facts } from '../../parts/facts.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';
import { When } from '../../parts/when.tsx';
import { secondsAhead } from './clock.ts';

const NEARLY_FULL = 90;
/** An answer is on its way for a moment. */
const EXACT_S = 5;
const OFF_S = 60;

function Room({
  word,
  count,
  capacity,
}: {
  readonly word: string;
  readonly count: number | null;
  readonly capacity: number | null;
}) {
  const { t, i18n } = useTranslation();
  if (count === null) return null;
  const shown = (number: number) => new Intl.NumberFormat(i18n.language).format(number);
  const isKnown = capacity !== null && capacity > 0;
  const percent = isKnown ? Math.min(100, (100 * count) / capacity) : 0;
  return (
    <div>
      <Group justify="space-between">
        <Text size="sm">{word}</Text>
        <Text size="sm" c="dimmed">
          {isKnown
            ? t('terminal.info.of', { count: shown(count), capacity: shown(capacity) })
            : t('terminal.info.noCapacity', { count: shown(count) })}
        </Text>
      </Group>
      {isKnown ? (
        <Progress value={percent} color={percent >= NEARLY_FULL ? 'red' : 'night'} aria-label={word} />
      ) : null}
    </div>
  );
}

interface DeviceTimeProps {
  readonly time: string;
  readonly zone: string | null;
  /** When it was asked, epoch ms. */
  readonly at: number;
}

/** The time that it shows, and how far that is from the right one. */
function DeviceTime({ time, zone, at }: DeviceTimeProps) {
  const { t } = useTranslation();
  const ahead = secondsAhead(time, zone, at);
  const word = ahead === null || Math.abs(ahead) <= EXACT_S ? 'exact' : ahead > 0 ? 'ahead' : 'behind';
  return (
    <>
      <Plain text={time.replace('T', ' ')} />
      {ahead === null ? null : (
        <Text size="xs" c={Math.abs(ahead) > OFF_S ? 'red' : 'dimmed'}>
          {t(`device.clock.${word}`, { seconds: Math.abs(ahead) })}
        </Text>
      )}
    </>
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
                    [
                      t('terminal.info.clock'),
                      <DeviceTime
                        key="clock"
                        time={data.device_time}
                        zone={device.timezone}
                        at={info.dataUpdatedAt}
                      />,
                    ],
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
