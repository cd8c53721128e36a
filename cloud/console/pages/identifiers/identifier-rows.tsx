// The list of cards or codes, and what can be done with each: renew its passes, take it away, and give it again.
import { Button, Group, Stack, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Confirm } from '../../parts/confirm.tsx';
import { Plain, plain } from '../../parts/plain.tsx';
import { Coloured } from '../../parts/state-badge.tsx';
import { Trouble, useSentence } from '../../parts/trouble.tsx';
import { Wide } from '../../parts/wide.tsx';
import {
  IDENTIFIERS_KEY,
  type Identifier,
  itemOf,
  type Kind,
  type Outcome,
  putIdentifier,
  renewPasses,
  takeIdentifier,
} from './identifier-data.ts';
import { useInfo } from './use-info.ts';

const COLOURS: Readonly<Record<Identifier['state'], string>> = {
  waiting: 'night',
  active: 'teal',
  expired: 'gray',
  used_up: 'gray',
  overdue: 'red',
};
/** Long enough to see that it was the wrong one. */
const UNDO_MS = 15_000;

function Window({ time }: { readonly time: Identifier['valid']['time'] }) {
  const { t, i18n } = useTranslation();
  if (time.is_permanent || time.from === undefined || time.to === undefined)
    return <>{t('identifier.always')}</>;
  const format = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' });
  return <>{format.formatRange(new Date(time.from * 1000), new Date(time.to * 1000))}</>;
}

function Passes({ item: { valid, additional, passes_enforced } }: { readonly item: Identifier }) {
  const { t } = useTranslation();
  const { is_permanent, max_passes = 0 } = valid.passes;
  if (is_permanent) return <>{t('identifier.anyPasses')}</>;
  return (
    <>
      <Text size="sm">{t('identifier.passesLeft', { left: additional.passes_left, most: max_passes })}</Text>
      {passes_enforced === 'polled' ? (
        <Text size="xs" c="dimmed">
          {t('identifier.polled')}
        </Text>
      ) : null}
    </>
  );
}

interface RowsProps {
  readonly items: readonly Identifier[];
  readonly device: string;
  readonly kind: Kind;
  readonly mayChange: boolean;
}

/** What is done with one number, told once it is known. */
function useDeed<V>(call: (values: V) => Promise<Outcome>, done: (values: V) => void) {
  const client = useQueryClient();
  const { failed } = useInfo();
  return useMutation({
    mutationFn: async (values: V) => {
      const result = await call(values);
      if (!result.success) throw failed(result);
    },
    onSuccess: (_, values) => done(values),
    onSettled: () => void client.invalidateQueries({ queryKey: IDENTIFIERS_KEY }),
  });
}

/** Offers the way back for a while. */
function useUndo(named: (item: Identifier) => Parameters<typeof putIdentifier>[0]) {
  const { t } = useTranslation();
  const sentenceOf = useSentence();
  const back = useDeed(
    (item: Identifier) => putIdentifier(named(item), itemOf(item)),
    () => notifications.show({ color: 'teal', message: t('identifier.putBackDone') }),
  );
  return (item: Identifier) => {
    const id = `undo-${item.identifier_number}`;
    const undo = () => {
      notifications.hide(id);
      back.mutate(item, {
        onError: (error) =>
          notifications.show({ color: 'red', autoClose: false, message: sentenceOf(error) }),
      });
    };
    notifications.show({
      id,
      color: 'teal',
      autoClose: UNDO_MS,
      message: (
        <Group justify="space-between" wrap="nowrap">
          <span>{t('identifier.removed')}</span>
          <Button size="compact-sm" variant="default" onClick={undo}>
            {t('common.undo')}
          </Button>
        </Group>
      ),
    });
  };
}

export function IdentifierRows({ items, device, kind, mayChange }: RowsProps) {
  const { t } = useTranslation();
  const sentenceOf = useSentence();
  const [leaving, setLeaving] = useState<Identifier | null>(null);
  const named = ({ identifier_number }: Identifier) => ({ device, kind, number: identifier_number });
  const offerUndo = useUndo(named);
  const take = useDeed(
    (item: Identifier) => takeIdentifier(named(item)),
    (item) => {
      setLeaving(null);
      offerUndo(item);
    },
  );
  const renew = useDeed(
    (item: Identifier) => renewPasses(named(item)),
    () => notifications.show({ color: 'teal', message: t('identifier.resetDone') }),
  );
  const ask = (item: Identifier) => {
    take.reset();
    setLeaving(item);
  };
  return (
    <Stack gap="sm">
      <Wide minWidth={640} label={t('identifier.title')}>
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('identifier.number')}</Table.Th>
              <Table.Th>{t('identifier.owner')}</Table.Th>
              <Table.Th>{t('identifier.window')}</Table.Th>
              <Table.Th>{t('identifier.passes')}</Table.Th>
              <Table.Th>{t('identifier.state')}</Table.Th>
              {mayChange ? <Table.Th>{t('common.actions')}</Table.Th> : null}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((item) => (
              <Table.Tr key={`${item.identifier_number} ${item.identifier_owner.name}`}>
                <Table.Td>
                  <Plain text={item.identifier_number} mono />
                </Table.Td>
                <Table.Td>
                  <Plain text={item.identifier_owner.name} />
                  <Text size="xs" c="dimmed">
                    {item.identifier_owner.type === 'guest'
                      ? t('identifier.guest')
                      : t('identifier.ownerKind')}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Window time={item.valid.time} />
                </Table.Td>
                <Table.Td>
                  <Passes item={item} />
                </Table.Td>
                <Table.Td>
                  <Coloured color={COLOURS[item.state]}>{t(`identifier.stateOf.${item.state}`)}</Coloured>
                  <Text size="xs" c="dimmed">
                    {item.on_terminal ? t('identifier.on') : t('identifier.off')}
                  </Text>
                </Table.Td>
                {mayChange ? (
                  <Table.Td>
                    <Group gap="xs" wrap="nowrap">
                      {item.valid.passes.is_permanent ? null : (
                        <Button
                          size="compact-sm"
                          variant="default"
                          loading={renew.isPending && renew.variables === item}
                          onClick={() =>
                            renew.mutate(item, {
                              onError: (error) =>
                                notifications.show({
                                  color: 'red',
                                  autoClose: false,
                                  message: sentenceOf(error),
                                }),
                            })
                          }
                        >
                          {t('identifier.reset')}
                        </Button>
                      )}
                      <Button size="compact-sm" variant="default" onClick={() => ask(item)}>
                        {t('identifier.remove')}
                      </Button>
                    </Group>
                  </Table.Td>
                ) : null}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Wide>
      <Confirm
        opened={leaving !== null}
        title={t('identifier.removeTitle', { number: plain(leaving?.identifier_number ?? '') })}
        action={t('identifier.remove')}
        pending={take.isPending}
        onConfirm={() => leaving !== null && take.mutate(leaving)}
        onClose={() => setLeaving(null)}
      >
        {take.isError ? <Trouble error={take.error} /> : null}
        {t('identifier.removeWill', { device })}
      </Confirm>
    </Stack>
  );
}
