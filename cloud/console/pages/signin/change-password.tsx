// One's own password: asked for before anything else where somebody else chose the present one, and at any time by oneself.
import { Button, Card, Center, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { rpc } from '../../api/rpc.ts';
import { useSession } from '../../app/session.tsx';
import { Trouble } from '../../parts/trouble.tsx';

export function ChangePassword() {
  const { t } = useTranslation();
  const { session, enter, leave } = useSession();
  const isForced = session?.change_password === true;
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { current: '', fresh: '', again: '' },
    validate: {
      fresh: (fresh, { current }) => (fresh === current ? t('signIn.same') : null),
      again: (again, { fresh }) => (again === fresh ? null : t('signIn.differ')),
    },
  });
  const changing = useMutation({
    mutationFn: async ({ current, fresh }: typeof form.values) => {
      if (session === null) return;
      await rpc('user.update', { userid: session.user_id, passwd: fresh, current_passwd: current });
      // A new password ends every session, this one too.
      await enter(`${session.tenant}\\${session.username}`, fresh);
    },
    onSuccess: () => {
      form.reset();
      notifications.show({ color: 'teal', message: t('signIn.changed') });
    },
  });
  const card = (
    <Card withBorder padding="xl" w="100%" maw={420}>
      <form onSubmit={form.onSubmit((values) => changing.mutate(values))}>
        <Stack>
          <div>
            <Title order={1} size="h3">
              {t('signIn.newTitle')}
            </Title>
            {isForced ? (
              <Text size="sm" c="dimmed">
                {t('signIn.newLead')}
              </Text>
            ) : null}
          </div>
          {changing.isError ? <Trouble error={changing.error} /> : null}
          {/* Password managers want to know whose it is. */}
          <input type="text" autoComplete="username" value={session?.username ?? ''} readOnly hidden />
          <PasswordInput
            label={t('signIn.current')}
            autoComplete="current-password"
            required
            key={form.key('current')}
            {...form.getInputProps('current')}
          />
          <PasswordInput
            label={t('signIn.fresh')}
            autoComplete="new-password"
            required
            key={form.key('fresh')}
            {...form.getInputProps('fresh')}
          />
          <PasswordInput
            label={t('signIn.again')}
            autoComplete="new-password"
            required
            key={form.key('again')}
            {...form.getInputProps('again')}
          />
          <Button type="submit" loading={changing.isPending}>
            {t('signIn.change')}
          </Button>
          {isForced ? (
            <Button variant="subtle" onClick={() => void leave()}>
              {t('shell.signOut')}
            </Button>
          ) : null}
        </Stack>
      </form>
    </Card>
  );
  if (!isForced) return card;
  return (
    <Center mih="100dvh" p="md" component="main">
      {card}
    </Center>
  );
}
