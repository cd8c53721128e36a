// Webhooks: where events are sent to, how that fares, a test that tells at once, and every delivery.
import { Button, Card, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client.ts';
import { useChange } from '../../parts/change.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Page } from '../../parts/page.tsx';
import { Plain, plain } from '../../parts/plain.tsx';
import { Secret } from '../../parts/secret.tsx';
import { Shown } from '../../parts/shown.tsx';
import { Coloured } from '../../parts/state-badge.tsx';
import { useSentence } from '../../parts/trouble.tsx';
import { Deliveries } from './deliveries.tsx';
import { type Change, WEBHOOKS_KEY, type Webhook, webhooksQuery } from './webhook-data.ts';
import { WebhookForm } from './webhook-form.tsx';

/** Sends a signed `webhook.test` now, and says what came of it. */
function TestButton({ id }: Pick<Webhook, 'id'>) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const sentenceOf = useSentence();
  const test = useMutation({
    mutationFn: async () => (await read(api.POST('/webhooks/{id}/test', { params: { path: { id } } }))).data,
    onSuccess: ({ delivered, status, error, ms }) => {
      const message =
        error !== undefined
          ? t(`webhooks.errorOf.${error}`)
          : t(delivered ? 'webhooks.testGood' : 'webhooks.testBad', { status, ms });
      notifications.show({ color: delivered ? 'teal' : 'red', autoClose: delivered ? 6000 : false, message });
      void client.invalidateQueries({ queryKey: WEBHOOKS_KEY });
    },
    onError: (error) => notifications.show({ color: 'red', autoClose: false, message: sentenceOf(error) }),
  });
  return (
    <Button size="compact-sm" variant="default" loading={test.isPending} onClick={() => test.mutate()}>
      {t('webhooks.test')}
    </Button>
  );
}

function StateOf({ webhook }: { readonly webhook: Webhook }) {
  const { t, i18n } = useTranslation();
  const { state, reason, failing_since, next_attempt_at } = webhook;
  const at = (instant: string | null) =>
    instant === null
      ? t('common.unknown')
      : new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' }).format(
          new Date(instant),
        );
  const isFailing = state === 'active' && failing_since !== null;
  const [color, word] =
    state === 'paused'
      ? (['gray', 'paused'] as const)
      : isFailing
        ? (['red', 'failing'] as const)
        : (['teal', 'active'] as const);
  return (
    <div>
      <Coloured color={color}>{t(`webhooks.${word}`)}</Coloured>
      {reason === undefined ? null : <Text size="sm">{t(`webhooks.reasonOf.${reason}`)}</Text>}
      {isFailing ? (
        <Text size="sm">
          {t('webhooks.failingSince', { when: at(failing_since), next: at(next_attempt_at) })}
        </Text>
      ) : null}
    </div>
  );
}

interface RowProps {
  readonly webhook: Webhook;
  readonly onSecret: (secret: string) => void;
  readonly onDeliveries: () => void;
}

function Row({ webhook, onSecret, onDeliveries }: RowProps) {
  const { t } = useTranslation();
  const [isEditing, edit] = useDisclosure();
  const [isLeaving, leaving] = useDisclosure();
  const [isRotating, rotating] = useDisclosure();
  const { id, url, types, sites, state } = webhook;
  const params = { path: { id } };
  const change = useChange({
    call: (body: Change) => read(api.PUT('/webhooks/{id}', { params, body })),
    affects: [WEBHOOKS_KEY],
    done: ({ data }) => {
      rotating.close();
      if (data.secret !== undefined) onSecret(data.secret);
    },
  });
  const remove = useChange({
    call: () => read(api.DELETE('/webhooks/{id}', { params })),
    affects: [WEBHOOKS_KEY],
    done: leaving.close,
  });
  const listed = (list: readonly string[] | null) =>
    list === null ? t('webhooks.allTypes') : list.join(', ');
  const isOn = state === 'active';
  return (
    <Card withBorder component="li">
      <Stack gap="xs">
        <Text fw={600}>
          <Plain text={url} mono />
        </Text>
        <StateOf webhook={webhook} />
        <Text size="sm" c="dimmed">
          {t('webhooks.types')}: <Plain text={listed(types)} /> · {t('webhooks.sites')}:{' '}
          <Plain text={listed(sites)} />
        </Text>
        <Group gap="xs">
          <TestButton id={id} />
          <Button size="compact-sm" variant="default" onClick={onDeliveries}>
            {t('webhooks.deliveries')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={edit.open}>
            {t('webhooks.edit')}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            loading={change.isPending}
            onClick={() => change.mutate({ state: isOn ? 'paused' : 'active' })}
          >
            {t(isOn ? 'webhooks.pause' : 'webhooks.goOn')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={rotating.open}>
            {t('webhooks.rotate')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={leaving.open}>
            {t('webhooks.remove')}
          </Button>
        </Group>
      </Stack>
      <WebhookForm webhook={webhook} opened={isEditing} onClose={edit.close} onMade={onSecret} />
      <Confirm
        opened={isRotating}
        title={t('webhooks.rotate')}
        action={t('webhooks.rotate')}
        pending={change.isPending}
        onConfirm={() => change.mutate({ rotate_secret: true })}
        onClose={rotating.close}
      >
        {t('webhooks.rotateWill')}
      </Confirm>
      <Confirm
        opened={isLeaving}
        title={t('webhooks.removeTitle')}
        action={t('webhooks.remove')}
        pending={remove.isPending}
        onConfirm={() => remove.mutate(undefined)}
        onClose={leaving.close}
      >
        {t('webhooks.removeWill', { url: plain(url) })}
      </Confirm>
    </Card>
  );
}

export function Webhooks() {
  const { t } = useTranslation();
  const [isAdding, { open, close }] = useDisclosure();
  const [secret, setSecret] = useState<string | null>(null);
  const [seen, setSeen] = useState<Webhook | null>(null);
  const query = useQuery(webhooksQuery);
  return (
    <Page
      title={t('webhooks.title')}
      lead={t('webhooks.lead')}
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={open}>
          {t('webhooks.add')}
        </Button>
      }
    >
      <Shown
        query={query}
        isEmpty={(all) => all.length === 0}
        empty={
          <>
            <Text fw={600}>{t('webhooks.none')}</Text>
            <Text size="sm">{t('webhooks.noneMore')}</Text>
          </>
        }
      >
        {(all) => (
          <Stack component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
            {all.map((webhook) => (
              <Row
                key={webhook.id}
                webhook={webhook}
                onSecret={setSecret}
                onDeliveries={() => setSeen(webhook)}
              />
            ))}
          </Stack>
        )}
      </Shown>
      <WebhookForm key={String(isAdding)} opened={isAdding} onClose={close} onMade={setSecret} />
      <Deliveries webhook={seen} onClose={() => setSeen(null)} />
      <Secret
        secret={secret}
        title={t('webhooks.title')}
        text={t('webhooks.secret')}
        kept={t('webhooks.secretKept')}
        onClose={() => setSecret(null)}
      />
    </Page>
  );
}
