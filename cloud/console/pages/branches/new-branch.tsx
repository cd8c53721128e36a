// A new branch: its id and its name.
import { Modal, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client.ts';
import { fieldErrors } from '../../api/failure.ts';
import { useChange } from '../../parts/change.ts';
import { FormButtons } from '../../parts/form-modal.tsx';
import { Trouble } from '../../parts/trouble.tsx';

export interface NewBranchProps {
  readonly onClose: () => void;
  /** It is there: its line comes next. */
  readonly onMade: (site: string) => void;
}

export function NewBranch({ onClose, onMade }: NewBranchProps) {
  const { t } = useTranslation();
  const form = useForm({ mode: 'uncontrolled', initialValues: { site: '', name: '' } });
  const making = useChange({
    call: ({ site, name }: typeof form.values) =>
      read(api.POST('/sites', { body: { site, ...(name.trim() === '' ? {} : { name }) } })),
    affects: [['sites']],
    done: (_answer, { site }) => onMade(site),
    quiet: true,
  });
  const wrong = fieldErrors(making.error);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('branch.add')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form onSubmit={form.onSubmit((values) => making.mutate(values))} noValidate>
        <Stack>
          {making.isError ? <Trouble error={making.error} /> : null}
          <TextInput
            label={t('branch.id')}
            description={t('branch.idHint')}
            required
            data-autofocus
            autoCapitalize="none"
            key={form.key('site')}
            {...form.getInputProps('site')}
            error={wrong.site}
          />
          <TextInput
            label={t('branch.name')}
            key={form.key('name')}
            {...form.getInputProps('name')}
            error={wrong.name}
          />
          <FormButtons action={t('branch.make')} pending={making.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
