// Groups: which branches their members see and may change.
import { Button, Fieldset, Group as Row, Select, Stack, Switch, Table, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { rpc } from '../../api/rpc.ts';
import { FormModal } from '../../parts/form-modal.tsx';
import { siteChoices, useSites } from '../../parts/places.ts';
import { Plain, plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';
import { Coloured } from '../../parts/state-badge.tsx';
import { Wide } from '../../parts/wide.tsx';
import { type Group, groupsQuery, useRpcChange } from './operator-data.ts';
import { Remove } from './remove.tsx';
import type { ListProps } from './users.tsx';

const EVERYWHERE = '*';
const PERMISSIONS = ['0', '2', '3'] as const;

interface Values {
  name: string;
  isOff: boolean;
  /** By branch. */
  rights: Record<string, string | null>;
}

interface GroupFormProps {
  readonly opened: boolean;
  readonly onClose: () => void;
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

function Actions({ group }: { readonly group: Group }) {
  const { t } = useTranslation();
  const [isEditing, { open, close }] = useDisclosure();
  return (
    <Row gap="xs" wrap="nowrap">
      <Button
        size="compact-sm"
        variant="default"
        onClick={open}
        aria-label={t('operators.editTitle', { name: plain(group.name) })}
      >
        {t('operators.edit')}
      </Button>
      <Remove
        method="usergroup.delete"
        id={group.usrgrpid}
        name={group.name}
        will={t('operators.groupRemoveWill')}
      />
      <GroupForm key={String(isEditing)} group={group} opened={isEditing} onClose={close} />
    </Row>
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
  const query = useQuery(groupsQuery);
  const [isAdding, { open, close }] = useDisclosure();
  return (
    <Stack>
      {isSuper ? (
        <Row>
          <Button onClick={open}>{t('operators.groupAdd')}</Button>
        </Row>
      ) : null}
      <Shown query={query} isEmpty={(all) => all.length === 0} empty={t('operators.none')}>
        {(all) => (
          <Wide minWidth={560} label={t('operators.tab.groups')}>
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('operators.groupName')}</Table.Th>
                  <Table.Th>{t('operators.rights')}</Table.Th>
                  <Table.Th>{t('operators.members')}</Table.Th>
                  {isSuper ? <Table.Th>{t('common.actions')}</Table.Th> : null}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {all.map((group) => (
                  <Table.Tr key={group.usrgrpid}>
                    <Table.Td>
                      <Plain text={group.name} />
                      {group.users_status === '1' ? (
                        <div>
                          <Coloured color="red">{t('operators.off')}</Coloured>
                        </div>
                      ) : null}
                    </Table.Td>
                    <Table.Td>
                      <Rights group={group} />
                    </Table.Td>
                    <Table.Td>
                      <Plain text={group.users.map(({ username }) => username).join(', ')} />
                    </Table.Td>
                    {isSuper ? (
                      <Table.Td>
                        <Actions group={group} />
                      </Table.Td>
                    ) : null}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Wide>
        )}
      </Shown>
      <GroupForm key={String(isAdding)} opened={isAdding} onClose={close} />
    </Stack>
  );
}
