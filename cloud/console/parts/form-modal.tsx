// A form in its window: what went wrong above the fields, two buttons below them; and these for forms that are made otherwise.
import { Button, Group, Modal, Stack } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Trouble } from './trouble.tsx';

export interface FormModalProps {
  readonly opened: boolean;
  readonly title: string;
  readonly error: unknown;
  readonly pending: boolean;
  readonly onSubmit: (event?: FormEvent<HTMLFormElement>) => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function FormModal({ opened, title, error, pending, onSubmit, onClose, children }: FormModalProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      size="lg"
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          {error === null ? null : <Trouble error={error} />}
          {children}
          <FormButtons action={t('common.save')} pending={pending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}

export interface FormButtonsProps {
  /** What sending it does. */
  readonly action: string;
  readonly pending: boolean;
  readonly onClose: () => void;
}

export function FormButtons({ action, pending, onClose }: FormButtonsProps) {
  const { t } = useTranslation();
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onClose}>
        {t('common.cancel')}
      </Button>
      <Button type="submit" loading={pending}>
        {action}
      </Button>
    </Group>
  );
}
