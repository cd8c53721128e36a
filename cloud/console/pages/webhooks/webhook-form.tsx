// A webhook: its address, and what is sent there.
import { Modal, MultiSelect, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { EVENT_TYPES, type EventType } from '../../../../shared/domain/event-types.ts';
import { api, read } from '../../api/client.ts';
import { fieldErrors } from '../../api/failure.ts';
import { useChange } from '../../parts/change.ts';
import { FormButtons } from '../../parts/form-modal.tsx';
import { siteChoices, useSites } from '../../parts/places.ts';
import { Trouble } from '../../parts/trouble.tsx';
import { WEBHOOKS_KEY, type Webhook } from './webhook-data.ts';

interface Values {
  url: string;
  types: string[];
  sites: string[];
}

export interface WebhookFormProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Which is changed; left out for a new one. */
  readonly webhook?: Webhook;
  /** Told the secret of a new one. */
  readonly onMade: (secret: string) => void;
}

function isType(text: string): text is EventType {
  return (EVENT_TYPES as readonly string[]).includes(text);
}

/** An empty list is all. */
function bodyOf({ url, types, sites }: Values) {
  return {
    url: url.trim(),
    types: types.length === 0 ? null : types.filter(isType),
    sites: sites.length === 0 ? null : sites,
  };
}

function Fields({ webhook, onClose, onMade }: Omit<WebhookFormProps, 'opened'>) {
  const { t } = useTranslation();
  const sites = useSites();
  const form = useForm<Values>({
    initialValues: { url: webhook?.url ?? '', types: webhook?.types ?? [], sites: webhook?.sites ?? [] },
    validate: { url: (value) => (value.trim() === '' ? t('common.required') : null) },
  });
  const save = useChange({
    call: async (values: Values) => {
      const body = bodyOf(values);
      if (webhook === undefined) return read(api.POST('/webhooks', { body }));
      return read(api.PUT('/webhooks/{id}', { params: { path: { id: webhook.id } }, body }));
    },
    affects: [WEBHOOKS_KEY],
    quiet: true,
    done: ({ data }) => {
      onClose();
      if (data.secret !== undefined) onMade(data.secret);
    },
  });
  const submit = (values: Values) =>
    save.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) });
  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack>
        {save.isError ? <Trouble error={save.error} /> : null}
        <TextInput
          type="url"
          label={t('webhooks.url')}
          placeholder="https://…"
          required
          data-autofocus
          {...form.getInputProps('url')}
        />
        <MultiSelect
          label={t('webhooks.types')}
          description={t('webhooks.typesHelp')}
          data={[...EVENT_TYPES]}
          searchable
          clearable
          {...form.getInputProps('types')}
        />
        <MultiSelect
          label={t('webhooks.sites')}
          description={t('webhooks.typesHelp')}
          data={siteChoices(sites.data ?? [])}
          searchable
          clearable
          {...form.getInputProps('sites')}
        />
        <FormButtons action={t('common.save')} pending={save.isPending} onClose={onClose} />
      </Stack>
    </form>
  );
}

export function WebhookForm({ opened, ...rest }: WebhookFormProps) {
  const { t } = useTranslation();
  const title = rest.webhook === undefined ? t('webhooks.add') : t('webhooks.edit');
  return (
    <Modal
      opened={opened}
      onClose={rest.onClose}
      title={title}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Fields {...rest} />
    </Modal>
  );
}
