// A terminal added to a branch: what it is called and where it is; what is wrong stands at its field.
import { NativeSelect, PasswordInput, SimpleGrid, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { TRANSPORTS } from '../../../../shared/domain/device-choices.ts';
import { api, read } from '../../api/client.ts';
import type { components } from '../../api/contract.d.ts';
import { Failure, fieldErrors } from '../../api/failure.ts';
import { useChange } from '../../parts/change.ts';
import { FormModal } from '../../parts/form-modal.tsx';

type DeviceCreate = components['schemas']['DeviceCreate'];

/** Errors of one field that the API tells as a whole. */
const AT_FIELD: Readonly<Record<string, string>> = { device_exists: 'id' };

/** What the form begins with. */
export interface TerminalSeen {
  readonly id: string;
  readonly name: string;
  readonly ip: string;
  readonly port: string;
  readonly transport: (typeof TRANSPORTS)[number];
}

export const NOTHING_SEEN: TerminalSeen = { id: '', name: '', ip: '', port: '4370', transport: 'tcp' };

export interface AddTerminalProps {
  readonly site: string;
  readonly seen: TerminalSeen;
  readonly onAdded?: (id: string) => void;
  readonly onClose: () => void;
}

/** An id as the API takes it, made of a name. */
export function idOf(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '_')
    .replace(/^[^a-z0-9]+|_+$/g, '')
    .slice(0, 64);
}

export function AddTerminal({ site, seen, onAdded, onClose }: AddTerminalProps) {
  const { t } = useTranslation();
  const form = useForm({
    initialValues: { ...seen, password: '', timezone: '' },
    validate: {
      name: (text) => (text.trim() === '' ? t('common.required') : null),
      ip: (text) => (text.trim() === '' ? t('common.required') : null),
    },
  });
  const adding = useChange({
    call: ({ id, name, ip, port, transport, password, timezone }: typeof form.values) => {
      const body = {
        id: id.trim() === '' ? idOf(name) : id,
        ...{ name, ip, transport, site },
        ...(port.trim() === '' ? {} : { port: port.trim() }),
        ...(password === '' ? {} : { password }),
        ...(timezone.trim() === '' ? {} : { timezone: timezone.trim() }),
      };
      return read(api.POST('/devices', { body: body as DeviceCreate }));
    },
    affects: [['devices'], ['sites'], ['needs']],
    done: (answer) => {
      if ('data' in answer) onAdded?.(answer.data.id);
      onClose();
    },
    onWay: onClose,
    quiet: true,
  });
  const { error } = adding;
  const at = error instanceof Failure ? AT_FIELD[error.code] : undefined;
  const wrong = at === undefined || error === null ? fieldErrors(error) : { [at]: error.message };
  const field = (name: keyof typeof form.values) => ({
    ...form.getInputProps(name),
    error: form.errors[name] ?? wrong[name],
  });
  return (
    <FormModal
      opened
      title={t('branch.addTerminal')}
      error={error}
      pending={adding.isPending}
      onSubmit={form.onSubmit((values) => adding.mutate(values))}
      onClose={onClose}
    >
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput label={t('device.settings.name')} required data-autofocus {...field('name')} />
        <TextInput
          label={t('branch.terminalId')}
          description={t('branch.terminalIdHint')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          placeholder={idOf(form.values.name)}
          autoCapitalize="none"
          {...field('id')}
        />
        <TextInput label={t('device.settings.ip')} required placeholder="192.168.1.201" {...field('ip')} />
        <TextInput label={t('device.settings.port')} inputMode="numeric" {...field('port')} />
        <PasswordInput
          label={t('device.settings.password')}
          description={t('branch.keyHint')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          autoComplete="off"
          inputMode="numeric"
          {...field('password')}
        />
        <TextInput
          label={t('device.settings.timezone')}
          description={t('branch.zoneHint')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          placeholder="America/La_Paz"
          {...field('timezone')}
        />
        <NativeSelect
          label={t('device.settings.transport')}
          data={TRANSPORTS.map((value) => ({ value, label: value.toUpperCase() }))}
          {...field('transport')}
        />
      </SimpleGrid>
    </FormModal>
  );
}
