// Somebody new, or a change of somebody: only what is written is sent, so that PINs and cards that nobody sees stay as they are.
import { Checkbox, Group, Modal, MultiSelect, PasswordInput, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client.ts';
import { fieldErrors } from '../../api/failure.ts';
import { useMay } from '../../app/session.tsx';
import { FormButtons } from '../../parts/form-modal.tsx';
import { deviceChoices, siteChoices, useDevices, useSites } from '../../parts/places.ts';
import { plain } from '../../parts/plain.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import {
  groupsQuery,
  isOnItsWay,
  PEOPLE_KEY,
  type Person,
  type PersonPut,
  personQuery,
} from './person-data.ts';

const PRIVILEGES = [
  { value: '0', word: 'ordinary' },
  { value: '2', word: 'enroller' },
  { value: '6', word: 'manager' },
  { value: '14', word: 'administrator' },
] as const;

interface Values {
  id: string;
  user_id: string;
  name: string;
  password: string;
  card: string;
  removePin: boolean;
  removeCard: boolean;
  privilege: string | null;
  devices: string[];
  sites: string[];
  site_groups: string[];
}

function valuesOf(person: Person | undefined): Values {
  return {
    id: person?.id ?? '',
    user_id: person?.user_id ?? '',
    name: person?.name ?? '',
    password: '',
    card: '',
    removePin: false,
    removeCard: false,
    privilege: person?.privilege === null || person === undefined ? null : String(person.privilege),
    devices: person?.devices ?? [],
    sites: person?.sites ?? [],
    site_groups: person?.site_groups ?? [],
  };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value) => other.includes(value));
}

/** What differs from how it was. */
export function changesOf(values: Values, before: Values): PersonPut {
  const { password, card, removePin, removeCard, privilege } = values;
  const text = (name: 'user_id' | 'name') => {
    const value = values[name].trim();
    return value === '' || value === before[name] ? {} : { [name]: value };
  };
  const list = (name: 'devices' | 'sites' | 'site_groups') =>
    isSame(values[name], before[name]) ? {} : { [name]: values[name] };
  return {
    ...text('user_id'),
    ...text('name'),
    ...(removePin ? { password: '' } : password === '' ? {} : { password }),
    ...(removeCard ? { card: 0 } : card.trim() === '' ? {} : { card: card.trim() }),
    ...(privilege === null || privilege === before.privilege ? {} : { privilege }),
    ...list('devices'),
    ...list('sites'),
    ...list('site_groups'),
  };
}

export interface PersonFormProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Who is changed; left out for somebody new. */
  readonly person?: Person;
}

function Fields({ onClose, person }: Omit<PersonFormProps, 'opened'>) {
  const { t } = useTranslation();
  const may = useMay();
  const client = useQueryClient();
  const navigate = useNavigate();
  const devices = useDevices();
  const sites = useSites();
  const groups = useQuery(groupsQuery(may('sites:admin')));
  const before = valuesOf(person);
  const isNew = person === undefined;
  const form = useForm<Values>({
    initialValues: before,
    validate: {
      id: (value) => (value.trim() === '' ? t('common.required') : null),
      name: (value) => (value.trim() === '' ? t('common.required') : null),
    },
  });
  const change = useMutation({
    mutationFn: async (values: Values) => {
      const params = { path: { id: values.id.trim() } };
      return (await read(api.PUT('/people/{id}', { params, body: changesOf(values, before) }))).data;
    },
    onSuccess: (saved) => {
      client.setQueryData(personQuery(saved.id).queryKey, saved);
      void client.invalidateQueries({ queryKey: PEOPLE_KEY });
      const message = isOnItsWay(saved) ? t('people.savedSoon') : t('people.savedEverywhere');
      notifications.show({ color: 'teal', title: t('people.saved'), message });
      onClose();
      if (isNew) void navigate({ to: '/people/$person', params: { person: saved.id } });
    },
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  return (
    <form onSubmit={form.onSubmit((values) => change.mutate(values))} noValidate>
      <Stack>
        {change.isError ? <Trouble error={change.error} /> : null}
        {isNew ? (
          <TextInput
            label={t('people.id')}
            description={t('people.idHelp')}
            required
            data-autofocus
            {...form.getInputProps('id')}
          />
        ) : null}
        <TextInput label={t('people.name')} required {...form.getInputProps('name')} />
        <TextInput
          label={t('people.badge')}
          description={t('people.badgeHelp')}
          {...form.getInputProps('user_id')}
        />
        <MultiSelect
          label={t('people.sites')}
          description={t('people.sitesHelp')}
          data={siteChoices(sites.data ?? [])}
          searchable
          {...form.getInputProps('sites')}
        />
        <MultiSelect
          label={t('people.devices')}
          data={deviceChoices(devices.data ?? [])}
          searchable
          {...form.getInputProps('devices')}
        />
        {groups.data === undefined || groups.data.length === 0 ? null : (
          <MultiSelect
            label={t('people.groups')}
            data={groups.data.map(({ id, name }) => ({ value: id, label: plain(name) }))}
            searchable
            {...form.getInputProps('site_groups')}
          />
        )}
        <Group grow align="flex-start">
          <PasswordInput
            label={t('people.pin')}
            description={isNew ? undefined : t('people.keepEmpty')}
            autoComplete="off"
            inputMode="numeric"
            disabled={form.values.removePin}
            {...form.getInputProps('password')}
          />
          <TextInput
            label={t('people.card')}
            description={isNew ? undefined : t('people.keepEmpty')}
            autoComplete="off"
            inputMode="numeric"
            disabled={form.values.removeCard}
            {...form.getInputProps('card')}
          />
        </Group>
        {person?.has_password === true ? (
          <Checkbox
            label={t('people.removePin')}
            {...form.getInputProps('removePin', { type: 'checkbox' })}
          />
        ) : null}
        {person?.has_card === true ? (
          <Checkbox
            label={t('people.removeCard')}
            {...form.getInputProps('removeCard', { type: 'checkbox' })}
          />
        ) : null}
        <Select
          label={t('people.privilege')}
          placeholder={t('people.asItIs')}
          data={PRIVILEGES.map(({ value, word }) => ({ value, label: t(`people.${word}`) }))}
          {...form.getInputProps('privilege')}
        />
        <FormButtons action={t('common.save')} pending={change.isPending} onClose={onClose} />
      </Stack>
    </form>
  );
}

export function PersonForm({ opened, ...rest }: PersonFormProps) {
  const { t } = useTranslation();
  const { person, onClose } = rest;
  const title =
    person === undefined ? t('people.newTitle') : t('people.editTitle', { name: plain(person.name) });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      size="lg"
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Fields {...rest} />
    </Modal>
  );
}
