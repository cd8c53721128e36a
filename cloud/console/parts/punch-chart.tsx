// The punches of a range as bars; loaded apart, for a library of charts is large.
import { BarChart } from '@mantine/charts';
import '@mantine/charts/styles.css';
import { Card, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { barsOf } from './punch-count.ts';

const HEIGHT = 180;

export interface PunchChartProps {
  readonly times: readonly string[];
  readonly isAll: boolean;
}

export default function PunchChart({ times, isAll }: PunchChartProps) {
  const { t } = useTranslation();
  const { by, bars } = barsOf(times);
  const title = t(by === 'hour' ? 'attendance.chart' : 'attendance.chartDays');
  const count = t('attendance.chartOf', { count: times.length });
  return (
    <Card withBorder component="figure" m={0}>
      <Text component="figcaption" size="sm" fw={600} mb="xs">
        {title} · {isAll ? count : t('attendance.chartMost', { count: times.length })}
      </Text>
      <BarChart
        h={HEIGHT}
        data={bars as unknown as Record<string, unknown>[]}
        dataKey="label"
        series={[{ name: 'punches', label: t('attendance.punches'), color: 'night.5' }]}
        tickLine="y"
        yAxisProps={{ allowDecimals: false, width: 36 }}
        barChartProps={{ accessibilityLayer: true, title: `${title}: ${count}` }}
      />
    </Card>
  );
}
