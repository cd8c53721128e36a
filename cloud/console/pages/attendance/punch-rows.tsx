// The list of punches: when by the terminal's own clock, who, where, and what was chosen.
import { Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Plain } from '../../parts/plain.tsx';
import { Wide } from '../../parts/wide.tsx';
import type { Punch } from './punch-data.ts';
import { useNames } from './use-names.ts';

/** The terminal's own time, which has no zone here. */
function useLocalTime(): (local: string) => string {
  const { i18n } = useTranslation();
  const format = new Intl.DateTimeFormat(i18n.language, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    timeZone: 'UTC',
  });
  return (local) => format.format(new Date(`${local}Z`));
}

/** A page of punches; those that have just come stand out. */
export function PunchRows({
  punches,
  fresh,
}: {
  readonly punches: readonly Punch[];
  readonly fresh: ReadonlySet<string>;
}) {
  const { t } = useTranslation();
  const nameOf = useNames(punches);
  const timeOf = useLocalTime();
  const named = (name: string | null, number: number) => name ?? t('attendance.byNumber', { number });
  return (
    <Wide minWidth={600} label={t('attendance.title')}>
      <Table verticalSpacing="xs" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('attendance.when')}</Table.Th>
            <Table.Th>{t('attendance.person')}</Table.Th>
            <Table.Th>{t('attendance.terminal')}</Table.Th>
            <Table.Th>{t('attendance.kind')}</Table.Th>
            <Table.Th>{t('attendance.how')}</Table.Th>
            <Table.Th>{t('attendance.source')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {punches.map((punch) => (
            <Table.Tr
              key={punch.id}
              {...(fresh.has(punch.id) ? { bg: 'var(--mantine-primary-color-light)' } : {})}
            >
              <Table.Td>
                <time dateTime={punch.at}>{timeOf(punch.local)}</time>
              </Table.Td>
              <Table.Td>
                <Plain text={nameOf(punch) ?? punch.user_id} />
                <Text size="xs" c="dimmed">
                  <Plain text={punch.user_id} mono />
                </Text>
              </Table.Td>
              <Table.Td>
                <Plain text={punch.device_id} />
                <Text size="xs" c="dimmed">
                  <Plain text={punch.site} />
                </Text>
              </Table.Td>
              <Table.Td>{named(punch.punch_name, punch.punch)}</Table.Td>
              <Table.Td>{named(punch.status_name, punch.status)}</Table.Td>
              <Table.Td>
                <Text size="sm" c="dimmed">
                  {t(`attendance.sourceOf.${punch.source}`)}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  );
}
