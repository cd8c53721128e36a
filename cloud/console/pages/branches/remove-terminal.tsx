// A terminal taken off a branch: what that does is said before.
import { ActionIcon } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client.ts';
import type { Device } from '../../api/fleet.ts';
import { useChange } from '../../parts/change.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { plain } from '../../parts/plain.tsx';

export function RemoveTerminal({ device: { id, name } }: { readonly device: Device }) {
  const { t } = useTranslation();
  const [isAsking, setAsking] = useState(false);
  const close = () => setAsking(false);
  const removing = useChange({
    call: () => read(api.DELETE('/devices/{device_id}', { params: { path: { device_id: id } } })),
    affects: [['devices'], ['sites'], ['needs']],
    done: close,
    onWay: close,
  });
  const title = t('branch.removeTerminal', { name: plain(name) });
  return (
    <>
      <ActionIcon variant="subtle" color="red" aria-label={title} onClick={() => setAsking(true)}>
        <IconTrash size={18} />
      </ActionIcon>
      <Confirm
        opened={isAsking}
        title={title}
        action={t('branch.removeAction')}
        pending={removing.isPending}
        onConfirm={() => removing.mutate(undefined)}
        onClose={close}
      >
        {t('branch.removeWill')}
      </Confirm>
    </>
  );
}
