// Deleting an operator, a group, a role or a token: a button that first says what that means.
import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { rpc } from '../../api/rpc.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { plain } from '../../parts/plain.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { useRpcChange } from './operator-data.ts';

export interface RemoveProps {
  readonly method: 'user.delete' | 'usergroup.delete' | 'role.delete' | 'token.delete';
  readonly id: string;
  readonly name: string;
  /** What will happen. */
  readonly will: string;
}

export function Remove({ method, id, name, will }: RemoveProps) {
  const { t } = useTranslation();
  const [isAsking, { open, close }] = useDisclosure();
  const remove = useRpcChange(() => rpc(method, [id]), close);
  const label = t('operators.removeTitle', { name: plain(name) });
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={open} aria-label={label}>
        {t('operators.remove')}
      </Button>
      <Confirm
        opened={isAsking}
        title={label}
        action={t('operators.remove')}
        pending={remove.isPending}
        onConfirm={() => remove.mutate(undefined)}
        onClose={close}
      >
        {remove.isError ? <Trouble error={remove.error} /> : null}
        {will}
      </Confirm>
    </>
  );
}
