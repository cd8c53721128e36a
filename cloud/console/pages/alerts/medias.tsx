// Where somebody is told of problems: a card for each place, and the form for another one.
import { Button, Card, Group, MultiSelect, Select, Switch, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { rpc } from '../../api/rpc.ts';
import { useSession } from '../../app/session.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { FormModal } from '../../parts/form-modal.tsx';
import { Plain, plain } from '../../parts/plain.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import {
  ALERTS_KEY,
  addressesOf,
  bitsOf,
  type Kind,
  MAIL,
  type Media,
  SEVERITIES,
  severityOf,
  WEBHOOK,
} from './alert-data.ts';

const ALWAYS = '1-7,00:00-24:00';
/** What needs somebody soon: from average on. */
const USUAL = ['8', '16', '32'];

/** All medias are sent each time: what is not named goes. */
function useMedias(done: () => void) {
  const { t } = useTranslation();
  const { session } = useSession();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (medias: readonly object[]) => rpc('user.update', { userid: session?.user_id, medias }),
    onSuccess: () => {
      done();
      notifications.show({ color: 'teal', message: t('alerts.saved') });
    },
    onSettled: () => void client.invalidateQueries({ queryKey: ALERTS_KEY }),
  });
}

interface Values {
  kind: Kind;
  sendto: string;
  bits: string[];
  period: string;
}

interface MediaFormProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly medias: readonly Media[];
}

export function MediaForm({ opened, onClose, medias }: MediaFormProps) {
  const { t } = useTranslation();
  const required = (value: string) => (value.trim() === '' ? t('common.required') : null);
  const form = useForm<Values>({
    initialValues: { kind: MAIL, sendto: '', bits: USUAL, period: ALWAYS },
    validate: { sendto: required, period: required },
  });
  const save = useMedias(onClose);
  const { kind } = form.values;
  const submit = ({ sendto, bits, period }: Values) =>
    save.mutate([
      ...medias.map(({ mediaid }) => ({ mediaid })),
      {
        mediatypeid: kind,
        sendto: kind === MAIL ? addressesOf(sendto) : sendto.trim(),
        severity: severityOf(bits),
        period: period.trim(),
      },
    ]);
  return (
    <FormModal
      opened={opened}
      title={t('alerts.mine')}
      error={save.error}
      pending={save.isPending}
      onSubmit={form.onSubmit(submit)}
      onClose={onClose}
    >
      <Select
        label={t('alerts.kind')}
        data={([MAIL, WEBHOOK] as const).map((value) => ({ value, label: t(`alerts.kindOf.${value}`) }))}
        allowDeselect={false}
        {...form.getInputProps('kind')}
      />
      <TextInput
        type={kind === MAIL ? 'text' : 'url'}
        label={t('alerts.sendto')}
        description={kind === MAIL ? t('alerts.mailHelp') : undefined}
        required
        data-autofocus
        {...form.getInputProps('sendto')}
      />
      <MultiSelect
        label={t('alerts.severities')}
        data={SEVERITIES.map((value) => ({ value, label: t(`alerts.severityOf.${value}`) }))}
        {...form.getInputProps('bits')}
      />
      <TextInput
        label={t('alerts.period')}
        description={t('alerts.periodHelp')}
        required
        {...form.getInputProps('period')}
      />
    </FormModal>
  );
}

export function MediaCard({ media, all }: { readonly media: Media; readonly all: readonly Media[] }) {
  const { t } = useTranslation();
  const [isLeaving, { open, close }] = useDisclosure();
  const change = useMedias(close);
  const { mediaid, sendto, active, severity, period } = media;
  const isOn = active === '0';
  const others = all.filter((one) => one.mediaid !== mediaid).map((one) => ({ mediaid: one.mediaid }));
  const names = bitsOf(severity).map((bit) => t(`alerts.severityOf.${bit}`));
  const address = typeof sendto === 'string' ? sendto : sendto.join(', ');
  return (
    <Card withBorder component="li">
      <Group justify="space-between" align="flex-start">
        <div>
          <Plain text={address} />
          <Text size="sm" c="dimmed">
            {names.join(', ')} · {period === ALWAYS ? t('alerts.always') : plain(period)}
          </Text>
        </div>
        <Group gap="xs">
          <Switch
            label={t(isOn ? 'alerts.on' : 'alerts.off')}
            checked={isOn}
            disabled={change.isPending}
            onChange={() => change.mutate([...others, { mediaid, active: isOn ? '1' : '0' }])}
          />
          <Button
            size="compact-sm"
            variant="default"
            onClick={open}
            aria-label={`${t('common.remove')} ${plain(address)}`}
          >
            {t('common.remove')}
          </Button>
        </Group>
      </Group>
      <Confirm
        opened={isLeaving}
        title={`${t('common.remove')} ${plain(address)}`}
        action={t('common.remove')}
        pending={change.isPending}
        onConfirm={() => change.mutate(others)}
        onClose={close}
      >
        {change.isError ? <Trouble error={change.error} /> : null}
        {t('alerts.removeWill')}
      </Confirm>
    </Card>
  );
}
