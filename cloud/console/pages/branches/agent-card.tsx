// The agent of a branch: its version, how long its certificate holds, and how its machine fares, as it said last.
import { Card, Progress, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Site } from '../../api/fleet.ts';
import { Facts } from '../../parts/facts.tsx';
import { Plain } from '../../parts/plain.tsx';
import { When } from '../../parts/when.tsx';

const GB = 1024 ** 3;
const SECOND_MS = 1000;
/** As the cloud tells a disk that is nearly full. */
const LOW_BYTES = 750 * 1024 ** 2;

function Disk({ disk }: { readonly disk: NonNullable<Site['disk']> }) {
  const { t, i18n } = useTranslation();
  const { free_bytes: free, total_bytes: total } = disk;
  const gigabytes = (bytes: number) =>
    new Intl.NumberFormat(i18n.language, {
      style: 'unit',
      unit: 'gigabyte',
      maximumFractionDigits: 1,
    }).format(bytes / GB);
  const used = total === 0 ? 0 : (100 * (total - free)) / total;
  return (
    <Stack gap={4}>
      <span>{t('branch.diskFree', { free: gigabytes(free), total: gigabytes(total) })}</span>
      <Progress
        value={used}
        color={free < LOW_BYTES ? 'red' : 'night'}
        aria-label={t('branch.trouble.disk')}
      />
    </Stack>
  );
}

function Update({ update }: { readonly update: NonNullable<Site['update']> }) {
  const { t } = useTranslation();
  const { version, state, reason } = update;
  return (
    <>
      <Plain text={version} mono />: {t(`branch.updateOf.${state}`)}
      {reason === undefined ? null : (
        <Text size="xs" c="dimmed">
          {t(`branch.updateReason.${reason}`)}
        </Text>
      )}
    </>
  );
}

function useClock(): (offset: number | null) => string {
  const { t, i18n } = useTranslation();
  return (offset) => {
    if (offset === null) return t('common.unknown');
    if (Math.abs(offset) < SECOND_MS) return t('branch.clockRight');
    const format = new Intl.NumberFormat(i18n.language, {
      style: 'unit',
      unit: 'second',
      maximumFractionDigits: 0,
    });
    const by = format.format(Math.abs(offset) / SECOND_MS);
    return t(offset > 0 ? 'branch.clockAhead' : 'branch.clockBehind', { by });
  };
}

export function AgentCard({ site }: { readonly site: Site }) {
  const { t } = useTranslation();
  const clock = useClock();
  const { agent_version, certificate_ends_at, last_seen, reported_at, clock_offset_ms, disk, waiting } = site;
  return (
    <Card withBorder component="section" aria-label={t('branch.agent')}>
      <Title order={2} size="h5" mb="xs">
        {t('branch.agent')}
      </Title>
      <Facts
        rows={[
          [
            t('branch.version'),
            agent_version === null ? t('common.unknown') : <Plain key="version" text={agent_version} mono />,
          ],
          ...(site.update === null
            ? []
            : [[t('branch.update'), <Update key="update" update={site.update} />] as const]),
          [t('branch.seen'), last_seen === null ? t('common.never') : <When key="seen" at={last_seen} />],
          [t('branch.certificate'), <When key="certificate" at={certificate_ends_at} />],
          [t('branch.clock'), clock(clock_offset_ms)],
          [t('branch.trouble.disk'), disk === null ? t('common.unknown') : <Disk key="disk" disk={disk} />],
          [
            t('branch.waitingThere'),
            waiting === null
              ? t('common.unknown')
              : t('branch.waitingOf', { commands: waiting.commands, events: waiting.events }),
          ],
        ]}
      />
      {reported_at === null ? null : (
        <Text size="xs" c="dimmed" mt="xs">
          {t('branch.asOf')} <When at={reported_at} />
        </Text>
      )}
    </Card>
  );
}
