// Who may come in: each with a role and groups; who is blocked is let in again.
import { Button, Group, MultiSelect, PasswordInput, Select, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { rpc } from '../../api/rpc.ts';
import { FormModal } from '../../parts/form-modal.tsx';
import { Plain, plain } from '../../parts/plain.tsx';
import { Edit, type FormProps, List, type ListProps } from './list.tsx';
import { groupsQuery, rolesQuery, type User, useRpcChange, usersQuery } from './operator-data.ts';

interface Values {
  username: string;
  name: string;
  surname: string;
  passwd: string;
  roleid: string | null;
  usrgrps: string[];
}

function roleOf({ role }: User): { readonly name: string; readonly roleid: string } | null {
  return role === undefined || !('roleid' in role) ? null : role;
}

interface UserFormProps extends FormProps {
  readonly user?: User;
}

function UserForm({ opened, onClose, user }: UserFormProps) {
  const { t } = useTranslation();
  const roles = useQuery(rolesQuery);
  const groups = useQuery(groupsQuery);
  const isNew = user === undefined;
  const required = (value: string) => (value.trim() === '' ? t('common.required') : null);
  const form = useForm<Values>({
    initialValues: {
      username: user?.username ?? '',
      name: user?.name ?? '',
      surname: user?.surname ?? '',
      passwd: '',
      roleid: user?.roleid ?? null,
      usrgrps: user?.usrgrps?.map(({ usrgrpid }) => usrgrpid) ?? [],
    },
    validate: { username: required, passwd: (value) => (isNew ? required(value) : null) },
  });
  const save = useRpcChange(({ passwd, roleid, usrgrps, ...rest }: Values) => {
    const given = {
      ...rest,
      ...(passwd === '' ? {} : { passwd }),
      ...(roleid === null ? {} : { roleid }),
      usrgrps: usrgrps.map((usrgrpid) => ({ usrgrpid })),
    };
    return isNew ? rpc('user.create', given) : rpc('user.update', { userid: user.userid, ...given });
  }, onClose);
  return (
    <FormModal
      opened={opened}
      title={isNew ? t('operators.add') : t('operators.editTitle', { name: plain(user.username) })}
      error={save.error}
      pending={save.isPending}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
      onClose={onClose}
    >
      <TextInput
        label={t('operators.username')}
        required
        data-autofocus
        {...form.getInputProps('username')}
      />
      <Group grow align="flex-start">
        <TextInput label={t('operators.name')} {...form.getInputProps('name')} />
        <TextInput label={t('operators.surname')} {...form.getInputProps('surname')} />
      </Group>
      <PasswordInput
        label={isNew ? t('operators.password') : t('operators.passwordNew')}
        description={isNew ? t('operators.passwordHelp') : t('operators.passwordKeep')}
        autoComplete="new-password"
        required={isNew}
        {...form.getInputProps('passwd')}
      />
      <Select
        label={t('operators.role')}
        data={(roles.data ?? []).map(({ roleid, name }) => ({ value: roleid, label: plain(name) }))}
        {...form.getInputProps('roleid')}
      />
      <MultiSelect
        label={t('operators.groups')}
        data={(groups.data ?? []).map(({ usrgrpid, name }) => ({ value: usrgrpid, label: plain(name) }))}
        searchable
        {...form.getInputProps('usrgrps')}
      />
    </FormModal>
  );
}

function Unblock({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const unblock = useRpcChange(() => rpc('user.unblock', [user.userid]));
  const count = Number(user.attempt_failed);
  if (!(count > 0)) return null;
  return (
    <Group gap="xs">
      <Text size="xs" c="dimmed">
        {t('operators.attempts', { count })}
      </Text>
      <Button
        size="compact-xs"
        variant="default"
        loading={unblock.isPending}
        onClick={() => unblock.mutate(undefined)}
      >
        {t('operators.unblock')}
      </Button>
    </Group>
  );
}

function Name({ user, isSuper }: { readonly user: User; readonly isSuper: boolean }) {
  return (
    <>
      <Plain text={user.username} />
      <Text size="xs" c="dimmed">
        <Plain text={`${user.name} ${user.surname}`.trim()} />
      </Text>
      {isSuper ? <Unblock user={user} /> : null}
    </>
  );
}

export function Users({ isSuper, own }: ListProps) {
  const { t } = useTranslation();
  return (
    <List
      query={useQuery(usersQuery)}
      label={t('operators.tab.users')}
      minWidth={560}
      idOf={({ userid }) => userid}
      columns={[
        { head: t('operators.username'), cell: (user) => <Name user={user} isSuper={isSuper} /> },
        {
          head: t('operators.role'),
          cell: (user) =>
            user.role === undefined ? null : <Plain text={roleOf(user)?.name ?? t('operators.noRole')} />,
        },
        {
          head: t('operators.groups'),
          cell: ({ usrgrps }) => <Plain text={usrgrps?.map(({ name }) => name).join(', ') ?? ''} />,
        },
      ]}
      mayChange={isSuper}
      add={t('operators.add')}
      form={(props) => <UserForm {...props} />}
      actions={(user) => (
        <Edit
          name={user.username}
          form={(props) => <UserForm user={user} {...props} />}
          remove={
            user.userid === own
              ? null
              : { method: 'user.delete', id: user.userid, will: t('operators.removeWill') }
          }
        />
      )}
    />
  );
}
