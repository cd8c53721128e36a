// What is shown once and never again: with a button that copies it, and a word that it was kept.
import { Button, Code, CopyButton, Group, Modal, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

export interface SecretProps {
  /** Null: nothing to show. */
  readonly secret: string | null;
  readonly title: string;
  readonly text: string;
  readonly kept: string;
  readonly onClose: () => void;
}

export function Secret({ secret, title, text, kept, onClose }: SecretProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={secret !== null}
      onClose={onClose}
      title={title}
      closeOnClickOutside={false}
      withCloseButton={false}
    >
      <Stack>
        <Text size="sm">{text}</Text>
        <Code block className="mono" tabIndex={0}>
          {secret}
        </Code>
        <Group justify="flex-end">
          <CopyButton value={secret ?? ''}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {copied ? t('common.copied') : t('common.copy')}
              </Button>
            )}
          </CopyButton>
          <Button onClick={onClose} data-autofocus>
            {kept}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
