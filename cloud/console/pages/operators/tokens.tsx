// API tokens: made for a program, shown once, switched off at once.
import { Button, Group, Stack, Table, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { rpc } from '../../api/rpc.ts';
import { FormModal } from '../../parts/form-modal.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Secret } from '../../parts/secret.tsx';
import { Shown } from '../../parts/shown.tsx';
import { Coloured } from '../../parts/state-badge.tsx';
import { Wide } from '../../parts/wide.tsx';
import { type Token, tokensQuery, useRpcChange, usersQuery } from './operator-data.ts';
import { Remove } from './remove.tsx';
import type { ListProps } from './users.tsx';

interface Values {
  name: string;
  /** A day, or empty: never. */
  expires: string;
}

/** The value of a token, made anew; it is told this once. */
async function generated(tokenid: string): Promise<string> {
  const [made] = await rpc<{ tokenid: string; token: string }[]>('token.generate', [tokenid]);
  return made?.token ?? '';
}

function endOf(day: string): number {
  return day === '' ? 0 : Math.floor(new Date(`${day}T23:59:59`).getTime() / 1000);
}

interface TokenFormProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onMade: (token: string) => void;
}

function TokenForm({ opened, onClose, onMade }: TokenFormProps) {
  const { t } = useTranslation();
  const form = useForm<Values>({
    initialValues: { name: '', expires: '' },
    validate: { name: (value) => (value.trim() === '' ? t('common.required') : null) },
  });
  const make = useRpcChange(
    async ({ name, expires }: Values) => {
      const given = { name: name.trim(), expires_at: endOf(expires) };
      const { tokenids } = await rpc<{ tokenids: string[] }>('token.create', given);
      return generated(tokenids[0] ?? '');
    },
    (token) => {
      onClose();
      onMade(token);
    },
  );
  return (
    <FormModal
      opened={opened}
      title={t('operators.tokenAdd')}
      error={make.error}
      pending={make.isPending}
      onSubmit={form.onSubmit((values) => make.mutate(values))}
      onClose={onClose}
    >
      <Text size="sm" c="dimmed">
        {t('operators.tokenLead')}
      </Text>
      <TextInput label={t('operators.tokenName')} required data-autofocus {...form.getInputProps('name')} />
      <TextInput
        type="date"
        label={t('operators.expires')}
        description={t('operators.expiresEmpty')}
        {...form.getInputProps('expires')}
      />
    </FormModal>
  );
}

function Switching({ token }: { readonly token: Token }) {
  const { t } = useTranslation();
  const isOn = token.status === '0';
  const change = useRpcChange(() =>
    rpc('token.update', { tokenid: token.tokenid, status: isOn ? '1' : '0' }),
  );
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={change.isPending}
      onClick={() => change.mutate(undefined)}
    >
      {t(isOn ? 'operators.disable' : 'operators.enable')}
    </Button>
  );
}

/** A moment that is told in seconds, as a day; 0 is none. */
function Day({ seconds, none }: { readonly seconds: string; readonly none: string }) {
  const { i18n } = useTranslation();
  if (seconds === '0') return <>{none}</>;
  const format = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium' });
  return <>{format.format(new Date(Number(seconds) * 1000))}</>;
}

export function Tokens(_: ListProps) {
  const { t } = useTranslation();
  const query = useQuery(tokensQuery);
  const users = useQuery(usersQuery);
  const [isAdding, { open, close }] = useDisclosure();
  const [made, setMade] = useState<string | null>(null);
  const names = new Map(users.data?.map(({ userid, username }) => [userid, username]));
  return (
    <Stack>
      <Group>
        <Button onClick={open}>{t('operators.tokenAdd')}</Button>
      </Group>
      <Shown query={query} isEmpty={(all) => all.length === 0} empty={t('operators.none')}>
        {(all) => (
          <Wide minWidth={600} label={t('operators.tab.tokens')}>
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('operators.tokenName')}</Table.Th>
                  <Table.Th>{t('operators.tokenOf')}</Table.Th>
                  <Table.Th>{t('operators.state')}</Table.Th>
                  <Table.Th>{t('operators.expires')}</Table.Th>
                  <Table.Th>{t('operators.lastUsed')}</Table.Th>
                  <Table.Th>{t('common.actions')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {all.map((token) => (
                  <Table.Tr key={token.tokenid}>
                    <Table.Td>
                      <Plain text={token.name} />
                    </Table.Td>
                    <Table.Td>
                      <Plain text={names.get(token.userid) ?? token.userid} />
                    </Table.Td>
                    <Table.Td>
                      <Coloured color={token.status === '0' ? 'teal' : 'gray'}>
                        {t(token.status === '0' ? 'operators.on' : 'operators.off')}
                      </Coloured>
                    </Table.Td>
                    <Table.Td>
                      <Day seconds={token.expires_at} none={t('operators.expiresNever')} />
                    </Table.Td>
                    <Table.Td>
                      <Day seconds={token.lastaccess} none={t('common.never')} />
                    </Table.Td>
                    <Table.Td>
                      <Group gap="xs" wrap="nowrap">
                        <Switching token={token} />
                        <Remove
                          method="token.delete"
                          id={token.tokenid}
                          name={token.name}
                          will={t('operators.tokenRemoveWill')}
                        />
                      </Group>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Wide>
        )}
      </Shown>
      <TokenForm key={String(isAdding)} opened={isAdding} onClose={close} onMade={setMade} />
      <Secret
        secret={made}
        title={t('operators.tokenAdd')}
        text={t('operators.tokenMade')}
        kept={t('operators.tokenKept')}
        onClose={() => setMade(null)}
      />
    </Stack>
  );
}
