// A new user of a terminal, or a change of one: only what was changed is sent.
import { Modal, NativeSelect, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client.ts';
import { fieldErrors } from '../../api/failure.ts';
import type { Device, User } from '../../api/fleet.ts';
import { useChange } from '../../parts/change.ts';
import { FormButtons } from '../../parts/form-modal.tsx';
import { plain } from '../../parts/plain.tsx';
import { Trouble } from '../../parts/trouble.tsx';

interface Values {
  readonly user_id: string;
  readonly name: string;
  readonly card: string;
  readonly password: string;
  readonly privilege: string;
}

function valuesOf(user: User | null): Values {
  return {
    user_id: user?.user_id ?? '',
    name: user?.name ?? '',
    card: String(user?.card ?? 0),
    password: '',
    privilege: String(user?.privilege ?? 0),
  };
}

/** The fields that differ from what they were. */
function changedOf(values: Values, before: Values) {
  const { name, card, password, privilege } = values;
  return {
    ...(name === before.name ? {} : { name }),
    ...(card === before.card ? {} : { card: card.trim() === '' ? 0 : card.trim() }),
    ...(password === '' ? {} : { password }),
    ...(privilege === before.privilege ? {} : { privilege }),
  };
}

export interface UserFormProps {
  readonly device: Device;
  /** Null for somebody new. */
  readonly user: User | null;
  readonly onClose: () => void;
}

export function UserForm({ device, user, onClose }: UserFormProps) {
  const { t } = useTranslation();
  const before = valuesOf(user);
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: before,
    validate: {
      user_id: (text) => (text.trim() === '' ? t('common.required') : null),
      name: (text) => (text.trim() === '' ? t('common.required') : null),
    },
  });
  const saving = useChange({
    call: (values: Values) => {
      const changed = changedOf(values, before);
      const { user_id, name } = values;
      return user === null
        ? read(
            api.POST('/devices/{device_id}/users', {
              params: { path: { device_id: device.id } },
              body: { ...changed, user_id, name },
            }),
          )
        : read(
            api.PUT('/devices/{device_id}/users/{user_id}', {
              params: { path: { device_id: device.id, user_id: user.user_id }, query: { uid: user.uid } },
              body: changed,
            }),
          );
    },
    affects: [['devices', device.id, 'users']],
    done: onClose,
    onWay: onClose,
    quiet: true,
  });
  const wrong = fieldErrors(saving.error);
  const field = (name: keyof Values) => ({
    ...form.getInputProps(name),
    error: form.errors[name] ?? wrong[name],
  });
  const title =
    user === null
      ? t('terminal.user.addTo', { device: plain(device.name) })
      : t('terminal.user.change', { name: plain(user.name) });
  return (
    <Modal opened onClose={onClose} title={title}>
      <form onSubmit={form.onSubmit((values) => saving.mutate(values))} noValidate>
        <Stack>
          {saving.isError ? <Trouble error={saving.error} /> : null}
          {user === null ? (
            <TextInput
              label={t('terminal.user.badge')}
              required
              data-autofocus
              key={form.key('user_id')}
              {...field('user_id')}
            />
          ) : null}
          <TextInput
            label={t('terminal.user.name')}
            required
            data-autofocus={user !== null}
            key={form.key('name')}
            {...field('name')}
          />
          <TextInput
            label={t('terminal.user.card')}
            description={t('terminal.user.cardHint')}
            inputMode="numeric"
            key={form.key('card')}
            {...field('card')}
          />
          <PasswordInput
            label={t('terminal.user.pin')}
            description={user === null ? undefined : t('terminal.user.pinKeep')}
            autoComplete="off"
            inputMode="numeric"
            key={form.key('password')}
            {...field('password')}
          />
          <NativeSelect
            label={t('terminal.user.privilege')}
            data={[
              { value: '0', label: t('terminal.user.plainUser') },
              { value: '14', label: t('terminal.user.admin') },
              ...(['0', '14'].includes(before.privilege)
                ? []
                : [
                    {
                      value: before.privilege,
                      label: t('terminal.user.other', { number: before.privilege }),
                    },
                  ]),
            ]}
            key={form.key('privilege')}
            {...field('privilege')}
          />
          <FormButtons action={t('common.save')} pending={saving.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
