// Roles: what an operator may do; the scopes are those of the API.
import { Badge, MultiSelect, Select, Switch, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { NARROW_SCOPES, SCOPES } from '../../../../shared/api/scopes.ts';
import { rpc } from '../../api/rpc.ts';
import { FormModal } from '../../parts/form-modal.tsx';
import { Plain, plain } from '../../parts/plain.tsx';
import { Edit, type FormProps, List, type ListProps } from './list.tsx';
import { type Role, rolesQuery, useRpcChange } from './operator-data.ts';

const TYPES = ['1', '2', '3'] as const;

interface Values {
  name: string;
  type: string;
  scopes: string[];
  managesTokens: boolean;
}

interface RoleFormProps extends FormProps {
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

function Name({ role: { name, users } }: { readonly role: Role }) {
  const { t } = useTranslation();
  return (
    <>
      <Plain text={name} />
      <Text size="xs" c="dimmed">
        {t('operators.usedBy', { count: users.length })}
      </Text>
    </>
  );
}

export function Roles({ isSuper }: ListProps) {
  const { t } = useTranslation();
  return (
    <List
      query={useQuery(rolesQuery)}
      label={t('operators.tab.roles')}
      minWidth={600}
      idOf={({ roleid }) => roleid}
      columns={[
        { head: t('operators.roleName'), cell: (role) => <Name role={role} /> },
        { head: t('operators.type'), cell: ({ type }) => t(`operators.typeOf.${type}`) },
        {
          head: t('operators.scopes'),
          cell: ({ rules }) => (
            <Text size="xs">
              <Plain text={rules['rest.scopes'].join(', ')} />
            </Text>
          ),
        },
      ]}
      mayChange={isSuper}
      add={t('operators.roleAdd')}
      form={(props) => <RoleForm {...props} />}
      actions={(role) =>
        role.readonly === '1' ? (
          <Badge variant="default">{t('operators.readonly')}</Badge>
        ) : (
          <Edit
            name={role.name}
            form={(props) => <RoleForm role={role} {...props} />}
            remove={{ method: 'role.delete', id: role.roleid, will: t('operators.roleRemoveWill') }}
          />
        )
      }
    />
  );
}
