// A visitor in one form: who, with which card or code, where, until when and how often.
import {
  Button,
  Group,
  Input,
  Modal,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { FormButtons } from '../../parts/form-modal.tsx';
import { deviceChoices, useDevices } from '../../parts/places.ts';
import { plain } from '../../parts/plain.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { IDENTIFIERS_KEY, KINDS, type Kind, putIdentifier } from './identifier-data.ts';
import { useInfo } from './use-info.ts';
import { fieldOf, itemOfVisitor, later, type Visitor } from './visitor.ts';

const HOURS = [1, 4, 8, 24, 72] as const;
const MOST_PASSES = 10_000;

export interface VisitorFormProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly device: string | undefined;
}

function useVisitor(device: string | undefined) {
  const { t } = useTranslation();
  const required = (value: string | null) =>
    value === null || value.trim() === '' ? t('common.required') : null;
  const from = fieldOf(new Date());
  return useForm<Visitor>({
    initialValues: {
      device: device ?? null,
      kind: 'card',
      name: '',
      number: '',
      from,
      to: later(from, 4),
      passes: '',
    },
    validate: {
      device: required,
      name: required,
      number: required,
      from: required,
      to: (value, { from: begin }) => required(value) ?? (value <= begin ? t('identifier.orderBad') : null),
    },
  });
}

function Fields({ onClose, device }: Omit<VisitorFormProps, 'opened'>) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const devices = useDevices();
  const { failed } = useInfo();
  const form = useVisitor(device);
  const { kind, from } = form.values;
  const give = useMutation({
    mutationFn: async (visitor: Visitor) => {
      const named = { device: visitor.device ?? '', kind: visitor.kind, number: visitor.number.trim() };
      const result = await putIdentifier(named, itemOfVisitor(visitor));
      if (!result.success) throw failed(result);
    },
    onSettled: () => void client.invalidateQueries({ queryKey: IDENTIFIERS_KEY }),
    onSuccess: (_, visitor) => {
      const begins = new Date(visitor.from);
      const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' }).format(
        begins,
      );
      const words = { name: plain(visitor.name.trim()), device: visitor.device ?? '', from: when };
      const isLater = begins.getTime() > Date.now();
      notifications.show({
        color: 'teal',
        message: t(isLater ? 'identifier.givenLater' : 'identifier.given', words),
      });
      onClose();
    },
  });
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <form onSubmit={form.onSubmit((values) => give.mutate(values))} noValidate>
      <Stack>
        <Text size="sm" c="dimmed">
          {t('identifier.visitorLead')}
        </Text>
        {give.isError ? <Trouble error={give.error} /> : null}
        <TextInput label={t('identifier.name')} required data-autofocus {...form.getInputProps('name')} />
        <Select
          label={t('identifier.terminal')}
          data={deviceChoices(devices.data ?? [])}
          required
          searchable
          {...form.getInputProps('device')}
        />
        <Input.Wrapper label={t('identifier.type')}>
          <SegmentedControl
            fullWidth
            aria-label={t('identifier.type')}
            data={KINDS.map((value) => ({ value, label: t(`identifier.one.${value}`) }))}
            value={kind}
            onChange={(value) => form.setFieldValue('kind', value as Kind)}
          />
        </Input.Wrapper>
        <TextInput
          label={kind === 'card' ? t('identifier.cardNumber') : t('identifier.code')}
          description={kind === 'card' ? t('identifier.cardHelp') : t('identifier.codeHelp')}
          inputMode={kind === 'card' ? 'text' : 'numeric'}
          autoComplete="off"
          required
          {...form.getInputProps('number')}
        />
        <Group grow align="flex-start">
          <TextInput
            type="datetime-local"
            label={t('identifier.from')}
            required
            {...form.getInputProps('from')}
          />
          <TextInput
            type="datetime-local"
            label={t('identifier.to')}
            required
            {...form.getInputProps('to')}
          />
        </Group>
        <Group gap="xs" role="group" aria-label={t('identifier.lasting')}>
          {HOURS.map((count) => (
            <Button
              key={count}
              size="compact-sm"
              variant="default"
              onClick={() => form.setFieldValue('to', later(from, count))}
            >
              {t('identifier.hours', { count })}
            </Button>
          ))}
          <Text size="xs" c="dimmed">
            {t('identifier.zone', { zone })}
          </Text>
        </Group>
        <NumberInput
          label={t('identifier.maxPasses')}
          description={t('identifier.maxPassesHelp')}
          min={1}
          max={MOST_PASSES}
          allowDecimal={false}
          {...form.getInputProps('passes')}
        />
        <FormButtons action={t('identifier.give')} pending={give.isPending} onClose={onClose} />
      </Stack>
    </form>
  );
}

export function VisitorForm({ opened, ...rest }: VisitorFormProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={rest.onClose}
      title={t('identifier.visitorTitle')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Fields {...rest} />
    </Modal>
  );
}
