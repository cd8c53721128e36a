// Who may come in: each with a role and groups; who is blocked is let in again.
import {
  Button,
  Group,
  MultiSelect,
  PasswordInput,
  Select,
  Stack,
  Table,
  Text,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { rpc } from '../../api/rpc.ts';
import { FormModal } from '../../parts/form-modal.tsx';
import { Plain, plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';
import { Wide } from '../../parts/wide.tsx';
import { groupsQuery, rolesQuery, type User, useRpcChange, usersQuery } from './operator-data.ts';
import { Remove } from './remove.tsx';

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

interface UserFormProps {
  readonly opened: boolean;
  readonly onClose: () => void;
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

function Actions({ user, isOwn }: { readonly user: User; readonly isOwn: boolean }) {
  const { t } = useTranslation();
  const [isEditing, { open, close }] = useDisclosure();
  return (
    <Group gap="xs" wrap="nowrap">
      <Button
        size="compact-sm"
        variant="default"
        onClick={open}
        aria-label={t('operators.editTitle', { name: plain(user.username) })}
      >
        {t('operators.edit')}
      </Button>
      {isOwn ? null : (
        <Remove method="user.delete" id={user.userid} name={user.username} will={t('operators.removeWill')} />
      )}
      <UserForm key={String(isEditing)} user={user} opened={isEditing} onClose={close} />
    </Group>
  );
}

export interface ListProps {
  /** May change all of it. */
  readonly isSuper: boolean;
  /** Id of who is signed in. */
  readonly own: string;
}

export function Users({ isSuper, own }: ListProps) {
  const { t } = useTranslation();
  const query = useQuery(usersQuery);
  const [isAdding, { open, close }] = useDisclosure();
  return (
    <Stack>
      {isSuper ? (
        <Group>
          <Button onClick={open}>{t('operators.add')}</Button>
        </Group>
      ) : null}
      <Shown query={query} isEmpty={(all) => all.length === 0} empty={t('operators.none')}>
        {(all) => (
          <Wide minWidth={560} label={t('operators.tab.users')}>
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('operators.username')}</Table.Th>
                  <Table.Th>{t('operators.role')}</Table.Th>
                  <Table.Th>{t('operators.groups')}</Table.Th>
                  {isSuper ? <Table.Th>{t('common.actions')}</Table.Th> : null}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {all.map((user) => (
                  <Table.Tr key={user.userid}>
                    <Table.Td>
                      <Plain text={user.username} />
                      <Text size="xs" c="dimmed">
                        <Plain text={`${user.name} ${user.surname}`.trim()} />
                      </Text>
                      {isSuper ? <Unblock user={user} /> : null}
                    </Table.Td>
                    <Table.Td>
                      {user.role === undefined ? null : (
                        <Plain text={roleOf(user)?.name ?? t('operators.noRole')} />
                      )}
                    </Table.Td>
                    <Table.Td>
                      <Plain text={user.usrgrps?.map(({ name }) => name).join(', ') ?? ''} />
                    </Table.Td>
                    {isSuper ? (
                      <Table.Td>
                        <Actions user={user} isOwn={user.userid === own} />
                      </Table.Td>
                    ) : null}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Wide>
        )}
      </Shown>
      <UserForm key={String(isAdding)} opened={isAdding} onClose={close} />
    </Stack>
  );
}
