// API tokens: made for a program, shown once, switched off at once.
import { Button, Group, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { rpc } from '../../api/rpc.ts';
import { FormModal } from '../../parts/form-modal.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Secret } from '../../parts/secret.tsx';
import { Coloured } from '../../parts/state-badge.tsx';
import { type FormProps, List, type ListProps } from './list.tsx';
import { type Token, tokensQuery, useRpcChange, usersQuery } from './operator-data.ts';
import { Remove } from './remove.tsx';

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

interface TokenFormProps extends FormProps {
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
  const users = useQuery(usersQuery);
  const [made, setMade] = useState<string | null>(null);
  const names = new Map(users.data?.map(({ userid, username }) => [userid, username]));
  return (
    <>
      <List
        query={useQuery(tokensQuery)}
        label={t('operators.tab.tokens')}
        minWidth={600}
        idOf={({ tokenid }) => tokenid}
        columns={[
          { head: t('operators.tokenName'), cell: ({ name }) => <Plain text={name} /> },
          {
            head: t('operators.tokenOf'),
            cell: ({ userid }) => <Plain text={names.get(userid) ?? userid} />,
          },
          {
            head: t('operators.state'),
            cell: ({ status }) => (
              <Coloured color={status === '0' ? 'teal' : 'gray'}>
                {t(status === '0' ? 'operators.on' : 'operators.off')}
              </Coloured>
            ),
          },
          {
            head: t('operators.expires'),
            cell: ({ expires_at }) => <Day seconds={expires_at} none={t('operators.expiresNever')} />,
          },
          {
            head: t('operators.lastUsed'),
            cell: ({ lastaccess }) => <Day seconds={lastaccess} none={t('common.never')} />,
          },
        ]}
        mayChange
        add={t('operators.tokenAdd')}
        form={(props) => <TokenForm {...props} onMade={setMade} />}
        actions={(token) => (
          <Group gap="xs" wrap="nowrap">
            <Switching token={token} />
            <Remove
              method="token.delete"
              id={token.tokenid}
              name={token.name}
              will={t('operators.tokenRemoveWill')}
            />
          </Group>
        )}
      />
      <Secret
        secret={made}
        title={t('operators.tokenAdd')}
        text={t('operators.tokenMade')}
        kept={t('operators.tokenKept')}
        onClose={() => setMade(null)}
      />
    </>
  );
}
