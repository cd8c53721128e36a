// Groups: which branches their members see and may change.
import { Fieldset, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { rpc } from '../../api/rpc.ts';
import { FormModal } from '../../parts/form-modal.tsx';
import { siteChoices, useSites } from '../../parts/places.ts';
import { Plain, plain } from '../../parts/plain.tsx';
import { Coloured } from '../../parts/state-badge.tsx';
import { Edit, type FormProps, List, type ListProps } from './list.tsx';
import { type Group, groupsQuery, useRpcChange } from './operator-data.ts';

const EVERYWHERE = '*';
const PERMISSIONS = ['0', '2', '3'] as const;

interface Values {
  name: string;
  isOff: boolean;
  /** By branch. */
  rights: Record<string, string | null>;
}

interface GroupFormProps extends FormProps {
  readonly group?: Group;
}

function GroupForm({ opened, onClose, group }: GroupFormProps) {
  const { t } = useTranslation();
  const sites = useSites();
  const form = useForm<Values>({
    initialValues: {
      name: group?.name ?? '',
      isOff: group?.users_status === '1',
      rights: Object.fromEntries(
        (group?.site_rights ?? []).map(({ site, permission }) => [site, permission]),
      ),
    },
    validate: { name: (value) => (value.trim() === '' ? t('common.required') : null) },
  });
  const save = useRpcChange(({ name, isOff, rights }: Values) => {
    const site_rights = Object.entries(rights).flatMap(([site, permission]) =>
      permission === null ? [] : [{ site, permission }],
    );
    const given = { name: name.trim(), users_status: isOff ? '1' : '0', site_rights };
    return group === undefined
      ? rpc('usergroup.create', given)
      : rpc('usergroup.update', { usrgrpid: group.usrgrpid, ...given });
  }, onClose);
  const places = [{ value: EVERYWHERE, label: t('operators.everywhere') }, ...siteChoices(sites.data ?? [])];
  return (
    <FormModal
      opened={opened}
      title={
        group === undefined ? t('operators.groupAdd') : t('operators.editTitle', { name: plain(group.name) })
      }
      error={save.error}
      pending={save.isPending}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
      onClose={onClose}
    >
      <TextInput label={t('operators.groupName')} required data-autofocus {...form.getInputProps('name')} />
      <Switch label={t('operators.groupOff')} {...form.getInputProps('isOff', { type: 'checkbox' })} />
      <Fieldset legend={t('operators.rights')}>
        <Text size="sm" c="dimmed" mb="xs">
          {t('operators.rightsLead')}
        </Text>
        <Stack gap="xs">
          {places.map(({ value, label }) => (
            <Select
              key={value}
              label={label}
              placeholder={
                value === EVERYWHERE ? t('operators.permission.0') : t('operators.permission.unset')
              }
              data={PERMISSIONS.map((permission) => ({
                value: permission,
                label: t(`operators.permission.${permission}`),
              }))}
              clearable
              value={form.values.rights[value] ?? null}
              onChange={(permission) =>
                form.setFieldValue('rights', { ...form.values.rights, [value]: permission })
              }
            />
          ))}
        </Stack>
      </Fieldset>
    </FormModal>
  );
}

function Name({ group: { name, users_status } }: { readonly group: Group }) {
  const { t } = useTranslation();
  return (
    <>
      <Plain text={name} />
      {users_status === '1' ? (
        <div>
          <Coloured color="red">{t('operators.off')}</Coloured>
        </div>
      ) : null}
    </>
  );
}

/** `Todas las sedes: Ver; norte: Ver y cambiar` */
function Rights({ group: { site_rights } }: { readonly group: Group }) {
  const { t } = useTranslation();
  const parts = site_rights.map(({ site, permission }) => {
    const where = site === EVERYWHERE ? t('operators.everywhere') : site;
    return `${where}: ${t(`operators.permission.${permission}`)}`;
  });
  return <Plain text={parts.join('; ')} />;
}

export function Groups({ isSuper }: ListProps) {
  const { t } = useTranslation();
  return (
    <List
      query={useQuery(groupsQuery)}
      label={t('operators.tab.groups')}
      minWidth={560}
      idOf={({ usrgrpid }) => usrgrpid}
      columns={[
        { head: t('operators.groupName'), cell: (group) => <Name group={group} /> },
        { head: t('operators.rights'), cell: (group) => <Rights group={group} /> },
        {
          head: t('operators.members'),
          cell: ({ users }) => <Plain text={users.map(({ username }) => username).join(', ')} />,
        },
      ]}
      mayChange={isSuper}
      add={t('operators.groupAdd')}
      form={(props) => <GroupForm {...props} />}
      actions={(group) => (
        <Edit
          name={group.name}
          form={(props) => <GroupForm group={group} {...props} />}
          remove={{ method: 'usergroup.delete', id: group.usrgrpid, will: t('operators.groupRemoveWill') }}
        />
      )}
    />
  );
}
