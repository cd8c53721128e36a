// What needs a hand first: what it is, since when, and the next step in a sentence.
import { Divider, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Go } from '../../parts/go.tsx';
import { Plain, plain } from '../../parts/plain.tsx';
import { Waiting } from '../../parts/shown.tsx';
import { Coloured, DeviceBadge, OperationBadge, SiteBadge } from '../../parts/state-badge.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { useOpName } from '../../parts/use-op-name.ts';
import { When } from '../../parts/when.tsx';
import { type Need, type NeedGroup, useNeeds } from './needs-data.ts';

interface RowProps {
  readonly badge: ReactNode;
  readonly link: ReactNode;
  readonly place?: string | undefined;
  readonly since?: string | null | undefined;
  readonly next: string;
}

function Row({ badge, link, place, since = null, next }: RowProps) {
  return (
    <div>
      <Group gap="xs">
        {badge}
        {link}
        <Text size="sm" c="dimmed" component="span">
          {place === undefined ? null : <Plain text={place} />}
          {place === undefined || since === null ? null : ' · '}
          {since === null ? null : <When at={since} />}
        </Text>
      </Group>
      <Text size="sm">{next}</Text>
    </div>
  );
}

function NeedRow({ need }: { readonly need: Need }) {
  const { t } = useTranslation();
  const nameOf = useOpName();
  if (need.kind === 'device') {
    const { id, name, site, since } = need.device;
    return (
      <Row
        badge={<DeviceBadge state={need.state} />}
        link={
          <Go to="/terminals/$device" params={{ device: id }}>
            <Plain text={name} />
          </Go>
        }
        place={site}
        since={since}
        next={t(`overview.next.${need.state}`)}
      />
    );
  }
  if (need.kind === 'operation') {
    const { id, op, state, device_id, created_at } = need.operation;
    return (
      <Row
        badge={<OperationBadge state={state} />}
        link={
          <Go to="/operations/$operation" params={{ operation: id }}>
            {nameOf(op)}
          </Go>
        }
        place={device_id}
        since={created_at}
        next={t('overview.nextOfOperation')}
      />
    );
  }
  if (need.kind === 'rule') {
    const { site, device_id = '', data, since } = need.problem;
    return (
      <Row
        badge={<Coloured color="red">{t(`overview.rule.${need.state}`)}</Coloured>}
        link={
          <Go to="/identifiers" search={{ device: device_id }}>
            <Plain text={t('overview.ruleOf', { user: plain(data.user_id ?? ''), device: device_id })} />
          </Go>
        }
        place={site}
        since={since}
        next={t(`overview.nextOfRule.${need.state}`)}
      />
    );
  }
  const { site, name, since } = need.site;
  const link = (
    <Go to="/branches/$site" params={{ site }}>
      <Plain text={name} />
    </Go>
  );
  if (need.kind === 'trouble') {
    return (
      <Row
        badge={<Coloured color="orange">{t(`branch.trouble.${need.trouble}`)}</Coloured>}
        link={link}
        next={t(`branch.nextOfTrouble.${need.trouble}`)}
      />
    );
  }
  return (
    <Row
      badge={<SiteBadge state={need.state} />}
      link={link}
      since={since}
      next={t(`branch.next.${need.state}`)}
    />
  );
}

/** Where the others of a kind are listed. */
function More({ group: { name, total, needs } }: { readonly group: NeedGroup }) {
  const { t } = useTranslation();
  const count = total - needs.length;
  const [first] = needs;
  if (count <= 0 || first === undefined) return null;
  const word = t('overview.more', { count });
  if (first.kind === 'operation') return null;
  if (first.kind === 'rule') return <Text size="sm">{word}</Text>;
  if (first.kind === 'device') {
    return (
      <Go to="/terminals" search={{ state: first.state }} size="sm">
        {word}
      </Go>
    );
  }
  const search = first.kind === 'trouble' ? { trouble: name } : { state: first.state };
  return (
    <Go to="/branches" search={search} size="sm">
      {word}
    </Go>
  );
}

function idOf(need: Need): string {
  if (need.kind === 'device') return need.device.id;
  if (need.kind === 'rule') return JSON.stringify([need.problem.device_id, need.problem.data]);
  return need.kind === 'operation' ? need.operation.id : need.site.site;
}

export function Needs() {
  const { t } = useTranslation();
  const { groups, error, isPending, again } = useNeeds();
  return (
    <Stack gap="md">
      {error === null ? null : <Trouble error={error} retry={again} />}
      {groups.map((group, place) => (
        <Stack key={group.name} gap="md">
          {place === 0 ? null : <Divider />}
          {group.needs.map((need) => (
            <NeedRow key={idOf(need)} need={need} />
          ))}
          <More group={group} />
        </Stack>
      ))}
      {isPending && groups.length === 0 ? <Waiting /> : null}
      {groups.length === 0 && !isPending && error === null ? <Text>{t('overview.allWell')}</Text> : null}
    </Stack>
  );
}
