// The settings of a terminal, as its agent has them, to be changed.
import {
  Accordion,
  Button,
  Group,
  NativeSelect,
  PasswordInput,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { type UseFormReturnType, useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { DRIFTS, ENCODINGS, ROSTER_MODES, TRANSPORTS } from '../../../../shared/domain/device-choices.ts';
import { api, read } from '../../api/client.ts';
import { fieldErrors } from '../../api/failure.ts';
import type { Device } from '../../api/fleet.ts';
import { useMay } from '../../app/session.tsx';
import { readSettled, useChange } from '../../parts/change.ts';
import { Shown } from '../../parts/shown.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import {
  changedOf,
  DIALECT,
  DIALECT_NAMES,
  needsKey,
  type Settings,
  type Values,
  valuesOf,
} from './settings-data.ts';
import { SettingsRead } from './settings-read.tsx';

type Field = (name: Exclude<keyof Values, 'dialect'>) => Record<string, unknown>;

function Fields({ field, settings }: { readonly field: Field; readonly settings: Settings }) {
  const { t } = useTranslation();
  const words = (names: readonly string[]) => names.map((value) => ({ value, label: value.toUpperCase() }));
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <TextInput label={t('device.settings.name')} required {...field('name')} />
      <TextInput
        label={t('device.settings.timezone')}
        description={t('device.settings.timezoneHint')}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        {...field('timezone')}
      />
      <TextInput label={t('device.settings.ip')} required {...field('ip')} />
      <TextInput label={t('device.settings.port')} inputMode="numeric" required {...field('port')} />
      <PasswordInput
        label={t('device.settings.password')}
        description={t(
          settings.has_password ? 'device.settings.passwordKept' : 'device.settings.passwordNone',
        )}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        autoComplete="off"
        inputMode="numeric"
        {...field('password')}
      />
      <TextInput label={t('device.settings.timeout')} inputMode="numeric" {...field('timeout')} />
      <NativeSelect label={t('device.settings.transport')} data={words(TRANSPORTS)} {...field('transport')} />
      <NativeSelect label={t('device.settings.encoding')} data={words(ENCODINGS)} {...field('encoding')} />
      <NativeSelect label={t('device.settings.locks')} data={['1', '2']} {...field('locks')} />
      <NativeSelect
        label={t('device.settings.roster')}
        data={ROSTER_MODES.map((value) => ({ value, label: t(`device.settings.rosterOf.${value}`) }))}
        {...field('roster')}
      />
      <NativeSelect
        label={t('device.settings.drift')}
        data={DRIFTS.map((value) => ({ value, label: t(`device.settings.driftOf.${value}`) }))}
        {...field('drift')}
      />
    </SimpleGrid>
  );
}

function DialectFields({ form }: { readonly form: UseFormReturnType<Values> }) {
  const { t } = useTranslation();
  const wordOf = (value: number | boolean) =>
    typeof value === 'boolean' ? t(value ? 'common.yes' : 'common.no') : String(value);
  return (
    <Accordion variant="contained">
      <Accordion.Item value="dialect">
        <Accordion.Control>{t('device.settings.dialect')}</Accordion.Control>
        <Accordion.Panel>
          <Text size="sm" c="dimmed" mb="sm">
            {t('device.settings.dialectHint')}
          </Text>
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
            {DIALECT_NAMES.map((name) => {
              const choices = DIALECT[name];
              const label = t(`device.settings.dialectOf.${name}`);
              const props = form.getInputProps(`dialect.${name}`);
              return choices === null ? (
                <TextInput
                  key={name}
                  label={label}
                  placeholder={t('device.settings.found')}
                  inputMode="numeric"
                  {...props}
                />
              ) : (
                <NativeSelect
                  key={name}
                  label={label}
                  data={[
                    { value: '', label: t('device.settings.found') },
                    ...choices.map((value) => ({ value: String(value), label: wordOf(value) })),
                  ]}
                  {...props}
                />
              );
            })}
          </SimpleGrid>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

function SettingsForm({ settings }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  const before = valuesOf(settings);
  const form = useForm<Values>({
    initialValues: before,
    validate: {
      name: (text) => (text.trim() === '' ? t('common.required') : null),
      ip: (text) => (text.trim() === '' ? t('common.required') : null),
      password: (_text, values) =>
        needsKey(values, before, settings) ? t('device.settings.passwordAgain') : null,
    },
  });
  const path = { device_id: settings.id };
  const saving = useChange({
    call: (values: Values) =>
      read(api.PUT('/devices/{device_id}', { params: { path }, body: changedOf(values, before) })),
    affects: [['devices']],
    quiet: true,
  });
  const wrong = fieldErrors(saving.error);
  const field: Field = (name) => ({
    ...form.getInputProps(name),
    error: form.errors[name] ?? wrong[name],
  });
  const save = (values: Values) => {
    if (Object.keys(changedOf(values, before)).length > 0) saving.mutate(values);
    else notifications.show({ message: t('device.settings.nothing') });
  };
  return (
    <form onSubmit={form.onSubmit(save)} noValidate>
      <Stack>
        {saving.isError ? <Trouble error={saving.error} /> : null}
        <Fields field={field} settings={settings} />
        <DialectFields form={form} />
        <Group justify="flex-end">
          <Button type="submit" loading={saving.isPending}>
            {t('common.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

export function DeviceSettings({ device }: { readonly device: Device }) {
  const may = useMay();
  const path = { device_id: device.id };
  const query = useQuery({
    queryKey: ['devices', device.id, 'settings'],
    queryFn: ({ signal }) =>
      readSettled(api.GET('/devices/{device_id}/settings', { params: { path }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: 'always',
  });
  return (
    <Shown query={query}>
      {({ data }) =>
        data.source === 'file' || !may('devices:write') ? (
          <SettingsRead settings={data} />
        ) : (
          <SettingsForm key={JSON.stringify(data)} settings={data} />
        )
      }
    </Shown>
  );
}
