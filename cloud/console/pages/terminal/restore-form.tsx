// Brings back who was deleted from a terminal, by the badge.
import { Modal, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client.ts';
import type { Device } from '../../api/fleet.ts';
import { useChange } from '../../parts/change.ts';
import { FormButtons } from '../../parts/form-modal.tsx';
import { Trouble } from '../../parts/trouble.tsx';

export function RestoreForm({ device, onClose }: { readonly device: Device; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm({ mode: 'uncontrolled', initialValues: { user_id: '' } });
  const restoring = useChange({
    call: ({ user_id }: { user_id: string }) =>
      read(
        api.POST('/devices/{device_id}/users/{user_id}/restore', {
          params: { path: { device_id: device.id, user_id: user_id.trim() } },
        }),
      ),
    affects: [['devices', device.id, 'users']],
    done: onClose,
    onWay: onClose,
    quiet: true,
  });
  return (
    <Modal opened onClose={onClose} title={t('terminal.user.restore')}>
      <form onSubmit={form.onSubmit((values) => restoring.mutate(values))}>
        <Stack>
          <Text size="sm">{t('terminal.user.restoreWhat')}</Text>
          {restoring.isError ? <Trouble error={restoring.error} /> : null}
          <TextInput
            label={t('terminal.user.badge')}
            required
            data-autofocus
            key={form.key('user_id')}
            {...form.getInputProps('user_id')}
          />
          <FormButtons
            action={t('terminal.user.doRestore')}
            pending={restoring.isPending}
            onClose={onClose}
          />
        </Stack>
      </form>
    </Modal>
  );
}
