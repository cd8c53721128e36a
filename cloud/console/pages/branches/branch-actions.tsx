// What can be done with a branch: a line for its mini-PC, another name, its agent revoked, and the branch deleted.
import { Button, Menu, TextInput } from '@mantine/core';
import { IconDots, IconPencil, IconPlugConnectedX, IconTerminal2, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client.ts';
import { fieldErrors } from '../../api/failure.ts';
import type { Site } from '../../api/fleet.ts';
import { useChange } from '../../parts/change.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { FormModal } from '../../parts/form-modal.tsx';
import { plain } from '../../parts/plain.tsx';

const ICON = 16;

function Rename({ site: { site, name }, onClose }: { readonly site: Site; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [given, setGiven] = useState(name);
  const renaming = useChange({
    call: () => read(api.PUT('/sites/{site}', { params: { path: { site } }, body: { name: given } })),
    affects: [['sites']],
    done: onClose,
    quiet: true,
  });
  return (
    <FormModal
      opened
      title={t('branch.rename')}
      error={renaming.error}
      pending={renaming.isPending}
      onSubmit={(event) => {
        event?.preventDefault();
        renaming.mutate(undefined);
      }}
      onClose={onClose}
    >
      <TextInput
        label={t('branch.name')}
        value={given}
        onChange={({ currentTarget }) => setGiven(currentTarget.value)}
        error={fieldErrors(renaming.error).name}
        data-autofocus
      />
    </FormModal>
  );
}

export interface BranchActionsProps {
  readonly site: Site;
  readonly onLine: () => void;
}

export function BranchActions({ site, onLine }: BranchActionsProps) {
  const { t } = useTranslation();
  const go = useNavigate();
  const [doing, setDoing] = useState<'rename' | 'revoke' | 'delete' | null>(null);
  const close = () => setDoing(null);
  const params = { path: { site: site.site } };
  const revoking = useChange({
    call: () => read(api.DELETE('/sites/{site}/agent', { params })),
    affects: [['sites'], ['devices']],
    done: close,
  });
  const deleting = useChange({
    call: () => read(api.DELETE('/sites/{site}', { params })),
    affects: [
      ['sites', 'list'],
      ['sites', 'fleet'],
    ],
    done: () => void go({ to: '/branches' }),
  });
  const name = plain(site.name);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" leftSection={<IconDots size={ICON} />}>
            {t('common.more')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconTerminal2 size={ICON} />} onClick={onLine}>
            {t('branch.line')}
          </Menu.Item>
          <Menu.Item leftSection={<IconPencil size={ICON} />} onClick={() => setDoing('rename')}>
            {t('branch.rename')}
          </Menu.Item>
          {site.state === 'unknown' ? null : (
            <Menu.Item leftSection={<IconPlugConnectedX size={ICON} />} onClick={() => setDoing('revoke')}>
              {t('branch.revoke')}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconTrash size={ICON} />} onClick={() => setDoing('delete')}>
            {t('branch.delete')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {doing === 'rename' ? <Rename site={site} onClose={close} /> : null}
      <Confirm
        opened={doing === 'revoke'}
        title={t('branch.revokeOf', { name })}
        action={t('branch.revoke')}
        pending={revoking.isPending}
        onConfirm={() => revoking.mutate(undefined)}
        onClose={close}
      >
        {t('branch.revokeWill')}
      </Confirm>
      <Confirm
        opened={doing === 'delete'}
        title={t('branch.deleteOf', { name })}
        action={t('branch.delete')}
        pending={deleting.isPending}
        onConfirm={() => deleting.mutate(undefined)}
        onClose={close}
      >
        {t('branch.deleteWill')}
      </Confirm>
    </>
  );
}
