// What happened last, as it happens: the newest of the feed, without punches, which the chart shows.
import { Stack, Text } from '@mantine/core';
import { useThrottledCallback } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EVENT_TYPES } from '../../../../shared/domain/event-types.ts';
import { Go } from '../../parts/go.tsx';
import { Plain, plain } from '../../parts/plain.tsx';
import { Empty, Waiting } from '../../parts/shown.tsx';
import { type FeedEvent, useFeed } from '../../parts/use-feed.ts';
import { When } from '../../parts/when.tsx';

const MOST = 12;
/** Not one by one: a chart shows punches, and a person's page who is in step. */
const TOO_MANY = ['punch.created', 'person.in_step'];
const TYPES = EVENT_TYPES.filter((type) => !TOO_MANY.includes(type)).join(',');
/** What stands beside it is asked for again at most so often. */
const AGAIN_MS = 2000;

/** Names of numbers and codes in an event's data, as far as its sentence has a place for them. */
function valuesOf({ data, device_id, site }: FeedEvent): Record<string, string> {
  const given = Object.entries({ ...data, device: device_id, site });
  return Object.fromEntries(
    given.flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[name, plain(String(value))]] : [],
    ),
  );
}

function Place({ event: { device_id, site } }: { readonly event: FeedEvent }) {
  if (device_id !== undefined) {
    return (
      <Go to="/terminals/$device" params={{ device: device_id }} size="xs">
        <Plain text={device_id} />
      </Go>
    );
  }
  if (site === undefined) return null;
  return (
    <Go to="/branches/$site" params={{ site }} size="xs">
      <Plain text={site} />
    </Go>
  );
}

export function Happened() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [events, setEvents] = useState<readonly FeedEvent[] | null>(null);
  const again = useThrottledCallback(() => {
    for (const name of ['needs', 'sites', 'devices']) void client.invalidateQueries({ queryKey: [name] });
  }, AGAIN_MS);
  const state = useFeed(
    TYPES,
    true,
    (heard) => {
      setEvents((before) => {
        const known = new Set(before?.map(({ id }) => id));
        const fresh = heard.filter(({ id }) => !known.has(id));
        return [...fresh.toReversed(), ...(before ?? [])].slice(0, MOST);
      });
      again();
    },
    MOST,
  );
  if (events === null && state === 'live') return <Waiting />;
  return (
    <Stack gap="xs">
      {state === 'broken' ? <Text size="sm">{t('attendance.liveBroken')}</Text> : null}
      {events === null || events.length === 0 ? (
        <Empty>{t('overview.nothing')}</Empty>
      ) : (
        <Stack component="ul" gap="xs" m={0} p={0} style={{ listStyle: 'none' }}>
          {events.map((event) => (
            <li key={event.id}>
              <Text size="sm">{t(`overview.event.${event.type}`, { replace: valuesOf(event) })}</Text>
              <Text size="xs" c="dimmed" component="div">
                <When at={event.timestamp} /> · <Place event={event} />
              </Text>
            </li>
          ))}
        </Stack>
      )}
    </Stack>
  );
}
