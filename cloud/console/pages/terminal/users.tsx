// The users of a terminal: searched, paged, created, changed, deleted with a way back, and their fingers.
import { ActionIcon, Alert, Button, Group, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import {
  IconArrowBackUp,
  IconFingerprint,
  IconPencil,
  IconPlus,
  IconSearch,
  IconTrash,
} from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client.ts';
import type { Device, User } from '../../api/fleet.ts';
import { useMay } from '../../app/session.tsx';
import { ActionsHead } from '../../parts/actions-head.tsx';
import { readSettled, useChange } from '../../parts/change.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Pager, usePaging } from '../../parts/pager.tsx';
import { Plain, plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';
import { When } from '../../parts/when.tsx';
import { Wide } from '../../parts/wide.tsx';
import { Fingers } from './fingers.tsx';
import { RestoreForm } from './restore-form.tsx';
import { UserForm } from './user-form.tsx';

const PAGE = 50;
const TYPING_MS = 300;

/** What is open over the list. */
type Open =
  | { readonly kind: 'create' }
  | { readonly kind: 'restore' }
  | { readonly kind: 'edit' | 'remove' | 'fingers'; readonly user: User };

function usePrivilege(): (privilege: number) => string {
  const { t } = useTranslation();
  return (number) => {
    if (number === 0) return t('terminal.user.plainUser');
    return number === 14 ? t('terminal.user.admin') : t('terminal.user.other', { number });
  };
}

interface RowProps {
  readonly user: User;
  readonly open: (open: Open) => void;
}

function Row({ user, open }: RowProps) {
  const { t } = useTranslation();
  const may = useMay();
  const privilege = usePrivilege();
  const name = plain(user.name === '' ? user.user_id : user.name);
  return (
    <Table.Tr>
      <Table.Td>
        <Plain text={user.user_id} mono />
      </Table.Td>
      <Table.Td>
        <Plain text={user.name} />
      </Table.Td>
      <Table.Td visibleFrom="sm">{privilege(user.privilege)}</Table.Td>
      <Table.Td visibleFrom="sm">
        {user.card === 0 ? '–' : <span className="mono">{user.card}</span>}
      </Table.Td>
      <Table.Td>
        <Group gap={4} justify="flex-end" wrap="nowrap">
          <ActionIcon
            variant="subtle"
            aria-label={t('terminal.user.fingers', { name })}
            onClick={() => open({ kind: 'fingers', user })}
          >
            <IconFingerprint size={18} />
          </ActionIcon>
          {may('users:write') ? (
            <>
              <ActionIcon
                variant="subtle"
                aria-label={t('terminal.user.edit', { name })}
                onClick={() => open({ kind: 'edit', user })}
              >
                <IconPencil size={18} />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="red"
                aria-label={t('terminal.user.remove', { name })}
                onClick={() => open({ kind: 'remove', user })}
              >
                <IconTrash size={18} />
              </ActionIcon>
            </>
          ) : null}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function UserTable({
  users,
  open,
}: {
  readonly users: readonly User[];
  readonly open: (open: Open) => void;
}) {
  const { t } = useTranslation();
  return (
    <Wide label={t('terminal.user.list')} minWidth={320}>
      <Table verticalSpacing={4} highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('terminal.user.badge')}</Table.Th>
            <Table.Th>{t('terminal.user.name')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('terminal.user.privilege')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('terminal.user.card')}</Table.Th>
            <ActionsHead />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {users.map((user) => (
            <Row key={user.uid} user={user} open={open} />
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  );
}

/** Deleting asks first, and offers the way back afterwards. */
function useRemoval(device: Device, close: () => void) {
  const [removed, setRemoved] = useState<User | null>(null);
  const affects = [['devices', device.id, 'users']];
  const pathOf = ({ user_id }: User) => ({ device_id: device.id, user_id });
  const removing = useChange({
    call: (user: User) =>
      read(
        api.DELETE('/devices/{device_id}/users/{user_id}', {
          params: { path: pathOf(user), query: { uid: user.uid } },
        }),
      ),
    affects,
    done: (_answer, user) => {
      setRemoved(user);
      close();
    },
    onWay: close,
  });
  const restoring = useChange({
    call: (user: User) =>
      read(api.POST('/devices/{device_id}/users/{user_id}/restore', { params: { path: pathOf(user) } })),
    affects,
    done: () => setRemoved(null),
    onWay: () => setRemoved(null),
  });
  return { removed, forget: () => setRemoved(null), removing, restoring };
}

export function Users({ device }: { readonly device: Device }) {
  const { t } = useTranslation();
  const may = useMay();
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), TYPING_MS);
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const paging = usePaging(search);
  const { removed, forget, removing, restoring } = useRemoval(device, close);
  const params = {
    limit: PAGE,
    ...(search === '' ? {} : { search }),
    ...(paging.cursor === undefined ? {} : { cursor: paging.cursor }),
  };
  const query = useQuery({
    queryKey: ['devices', device.id, 'users', params],
    queryFn: ({ signal }) =>
      readSettled(
        api.GET('/devices/{device_id}/users', {
          params: { path: { device_id: device.id }, query: params },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <TextInput
          aria-label={t('common.search')}
          placeholder={t('terminal.user.search')}
          leftSection={<IconSearch size={16} />}
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        {may('users:write') ? (
          <Group gap="xs">
            <Button
              variant="default"
              leftSection={<IconArrowBackUp size={16} />}
              onClick={() => setOpen({ kind: 'restore' })}
            >
              {t('terminal.user.restore')}
            </Button>
            <Button leftSection={<IconPlus size={16} />} onClick={() => setOpen({ kind: 'create' })}>
              {t('terminal.user.add')}
            </Button>
          </Group>
        ) : null}
      </Group>
      {removed === null ? null : (
        <Alert withCloseButton closeButtonLabel={t('common.close')} onClose={forget} role="status">
          <Group>
            <Text size="sm">{t('terminal.user.removed', { name: plain(removed.name) })}</Text>
            <Button
              size="xs"
              variant="default"
              loading={restoring.isPending}
              onClick={() => restoring.mutate(removed)}
            >
              {t('common.undo')}
            </Button>
          </Group>
        </Alert>
      )}
      <Shown
        query={query}
        isEmpty={({ data }) => data.length === 0}
        empty={
          search === '' ? t('terminal.user.none') : t('terminal.user.noMatch', { search: plain(search) })
        }
      >
        {({ data, total, next_cursor, as_of }) => (
          <>
            <UserTable users={data} open={setOpen} />
            <Pager paging={paging} next={next_cursor} total={total} />
            <Text size="xs" c="dimmed">
              {t('terminal.user.asOf')} <When at={as_of} />
            </Text>
          </>
        )}
      </Shown>
      {open?.kind === 'create' ? <UserForm device={device} user={null} onClose={close} /> : null}
      {open?.kind === 'edit' ? <UserForm device={device} user={open.user} onClose={close} /> : null}
      {open?.kind === 'restore' ? <RestoreForm device={device} onClose={close} /> : null}
      {open?.kind === 'fingers' ? <Fingers device={device} user={open.user} onClose={close} /> : null}
      <Confirm
        opened={open?.kind === 'remove'}
        title={open?.kind === 'remove' ? t('terminal.user.remove', { name: plain(open.user.name) }) : ''}
        action={t('common.remove')}
        pending={removing.isPending}
        onClose={close}
        onConfirm={() => open?.kind === 'remove' && removing.mutate(open.user)}
      >
        {t('terminal.user.removeWhat')}
      </Confirm>
    </Stack>
  );
}
