// Roles: what an operator may do; the scopes are those of the API.
import {
  Badge,
  Button,
  Group,
  MultiSelect,
  Select,
  Stack,
  Switch,
  Table,
  Text,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { NARROW_SCOPES, SCOPES } from '../../../../shared/api/scopes.ts';
import { rpc } from '../../api/rpc.ts';
import { FormModal } from '../../parts/form-modal.tsx';
import { Plain, plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';
import { Wide } from '../../parts/wide.tsx';
import { type Role, rolesQuery, useRpcChange } from './operator-data.ts';
import { Remove } from './remove.tsx';
import type { ListProps } from './users.tsx';

const TYPES = ['1', '2', '3'] as const;

interface Values {
  name: string;
  type: string;
  scopes: string[];
  managesTokens: boolean;
}

interface RoleFormProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly role?: Role;
}

function RoleForm({ opened, onClose, role }: RoleFormProps) {
  const { t } = useTranslation();
  const form = useForm<Values>({
    initialValues: {
      name: role?.name ?? '',
      type: role?.type ?? '1',
      scopes: role?.rules['rest.scopes'] ?? [],
      managesTokens: role?.rules.actions[0]?.status === '1',
    },
    validate: { name: (value) => (value.trim() === '' ? t('common.required') : null) },
  });
  const save = useRpcChange(({ name, type, scopes, managesTokens }: Values) => {
    const rules = {
      'rest.scopes': scopes,
      actions: [{ name: 'manage_api_tokens', status: managesTokens ? '1' : '0' }],
    };
    const given = { name: name.trim(), type, rules };
    return role === undefined
      ? rpc('role.create', given)
      : rpc('role.update', { roleid: role.roleid, ...given });
  }, onClose);
  return (
    <FormModal
      opened={opened}
      title={
        role === undefined ? t('operators.roleAdd') : t('operators.editTitle', { name: plain(role.name) })
      }
      error={save.error}
      pending={save.isPending}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
      onClose={onClose}
    >
      <TextInput label={t('operators.roleName')} required data-autofocus {...form.getInputProps('name')} />
      <Select
        label={t('operators.type')}
        data={TYPES.map((value) => ({ value, label: t(`operators.typeOf.${value}`) }))}
        allowDeselect={false}
        {...form.getInputProps('type')}
      />
      <MultiSelect
        label={t('operators.scopes')}
        description={t('operators.scopesLead')}
        data={[...SCOPES, ...NARROW_SCOPES]}
        searchable
        {...form.getInputProps('scopes')}
      />
      <Switch
        label={t('operators.managesTokens')}
        {...form.getInputProps('managesTokens', { type: 'checkbox' })}
      />
    </FormModal>
  );
}

function Actions({ role }: { readonly role: Role }) {
  const { t } = useTranslation();
  const [isEditing, { open, close }] = useDisclosure();
  if (role.readonly === '1') return <Badge variant="default">{t('operators.readonly')}</Badge>;
  return (
    <Group gap="xs" wrap="nowrap">
      <Button
        size="compact-sm"
        variant="default"
        onClick={open}
        aria-label={t('operators.editTitle', { name: plain(role.name) })}
      >
        {t('operators.edit')}
      </Button>
      <Remove method="role.delete" id={role.roleid} name={role.name} will={t('operators.roleRemoveWill')} />
      <RoleForm key={String(isEditing)} role={role} opened={isEditing} onClose={close} />
    </Group>
  );
}

export function Roles({ isSuper }: ListProps) {
  const { t } = useTranslation();
  const query = useQuery(rolesQuery);
  const [isAdding, { open, close }] = useDisclosure();
  return (
    <Stack>
      {isSuper ? (
        <Group>
          <Button onClick={open}>{t('operators.roleAdd')}</Button>
        </Group>
      ) : null}
      <Shown query={query} isEmpty={(all) => all.length === 0} empty={t('operators.none')}>
        {(all) => (
          <Wide minWidth={600} label={t('operators.tab.roles')}>
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('operators.roleName')}</Table.Th>
                  <Table.Th>{t('operators.type')}</Table.Th>
                  <Table.Th>{t('operators.scopes')}</Table.Th>
                  {isSuper ? <Table.Th>{t('common.actions')}</Table.Th> : null}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {all.map((role) => (
                  <Table.Tr key={role.roleid}>
                    <Table.Td>
                      <Plain text={role.name} />
                      <Text size="xs" c="dimmed">
                        {t('operators.usedBy', { count: role.users.length })}
                      </Text>
                    </Table.Td>
                    <Table.Td>{t(`operators.typeOf.${role.type}`)}</Table.Td>
                    <Table.Td>
                      <Text size="xs">
                        <Plain text={role.rules['rest.scopes'].join(', ')} />
                      </Text>
                    </Table.Td>
                    {isSuper ? (
                      <Table.Td>
                        <Actions role={role} />
                      </Table.Td>
                    ) : null}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Wide>
        )}
      </Shown>
      <RoleForm key={String(isAdding)} opened={isAdding} onClose={close} />
    </Stack>
  );
}
