// Signing in: the one page for who is not in yet.
import {
  Alert,
  Button,
  Card,
  Center,
  Group,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from '../../api/failure.ts';
import { useSession } from '../../app/session.tsx';
import { Languages } from '../../app/shell.tsx';
import { Logo } from '../../parts/logo.tsx';
import { useSentence } from '../../parts/trouble.tsx';

export function SignIn() {
  const { t } = useTranslation();
  const { enter, ended } = useSession();
  const sentenceOf = useSentence();
  const form = useForm({ mode: 'uncontrolled', initialValues: { username: '', password: '' } });
  const entering = useMutation({
    mutationFn: ({ username, password }: typeof form.values) => enter(username, password),
  });
  useEffect(() => {
    document.title = `${t('signIn.title')}`;
  }, [t]);
  const isRefused = entering.error instanceof Failure && entering.error.code === 'login_failed';
  return (
    <Center mih="100dvh" p="md" component="main">
      <Card withBorder shadow="sm" padding="xl" w="100%" maw={400}>
        <form onSubmit={form.onSubmit((values) => entering.mutate(values))}>
          <Stack>
            <Group justify="space-between">
              <Logo size={40} />
              <Languages />
            </Group>
            <div>
              <Title order={1} size="h3">
                {t('signIn.title')}
              </Title>
              <Text size="sm" c="dimmed">
                {t('signIn.lead')}
              </Text>
            </div>
            {ended && !entering.isError ? <Alert role="status">{t('signIn.ended')}</Alert> : null}
            {entering.isError ? (
              <Alert role="alert" color="red" title={sentenceOf(entering.error)}>
                {isRefused ? t('signIn.blocked') : null}
              </Alert>
            ) : null}
            <TextInput
              label={t('signIn.username')}
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              required
              data-autofocus
              key={form.key('username')}
              {...form.getInputProps('username')}
            />
            <PasswordInput
              label={t('signIn.password')}
              autoComplete="current-password"
              required
              key={form.key('password')}
              {...form.getInputProps('password')}
            />
            <Button type="submit" loading={entering.isPending}>
              {t('signIn.submit')}
            </Button>
          </Stack>
        </form>
      </Card>
    </Center>
  );
}
