// Off-boarding: says what will happen at which terminals before anything does, and that there is no way back.
import { List, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { useDevices } from '../../parts/places.ts';
import { plain } from '../../parts/plain.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { isOnItsWay, PEOPLE_KEY, type Person, personQuery } from './person-data.ts';

const AWAY = ['offline', 'refused', 'swapped', 'unknown'];

/** Where the person is or may be by now: those that answer, and those that do not. */
function useWhere({ terminals }: Person) {
  const devices = useDevices();
  const states = new Map(devices.data?.map(({ id, state }) => [id, state]));
  const there = terminals.filter(({ state }) => state !== 'gone');
  const isAway = ({ device_id, state, away, removed }: Person['terminals'][number]) =>
    state === 'away' ||
    away === true ||
    removed === true ||
    AWAY.includes(states.get(device_id) ?? 'unknown');
  const names = (away: boolean) =>
    there.filter((place) => isAway(place) === away).map(({ device_id }) => device_id);
  return { now: names(false), later: names(true) };
}

export interface OffBoardProps {
  readonly person: Person;
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function OffBoard({ person, opened, onClose }: OffBoardProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { now, later } = useWhere(person);
  const { id, name } = person;
  const leave = useMutation({
    mutationFn: async () => (await read(api.DELETE('/people/{id}', { params: { path: { id } } }))).data,
    onSuccess: (left) => {
      client.setQueryData(personQuery(id).queryKey, left);
      void client.invalidateQueries({ queryKey: PEOPLE_KEY });
      notifications.show({
        color: 'teal',
        message: isOnItsWay(left) ? t('people.leftSoon') : t('people.left'),
      });
      onClose();
    },
  });
  const listed = (names: readonly string[]) => ({ count: names.length, names: plain(names.join(', ')) });
  return (
    <Confirm
      opened={opened}
      title={t('people.leaveTitle', { name: plain(name) })}
      action={t('people.leaveDo')}
      pending={leave.isPending}
      onConfirm={() => leave.mutate()}
      onClose={onClose}
    >
      {leave.isError ? <Trouble error={leave.error} /> : null}
      <Text size="sm" mb="xs">
        {t('people.leaveWill')}
      </Text>
      <List size="sm" spacing="xs">
        {now.length === 0 ? null : <List.Item>{t('people.leaveNow', listed(now))}</List.Item>}
        {later.length === 0 ? null : <List.Item fw={600}>{t('people.leaveLater', listed(later))}</List.Item>}
        {now.length + later.length === 0 ? <List.Item>{t('people.leaveNowhere')}</List.Item> : null}
        <List.Item>{t('people.leaveSecrets')}</List.Item>
        <List.Item>{t('people.leaveKept')}</List.Item>
        <List.Item>{t('people.leaveNoUndo')}</List.Item>
      </List>
    </Confirm>
  );
}
