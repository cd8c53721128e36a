// Around every page: where one can go, colours, language, and who is signed in.
import {
  ActionIcon,
  AppShell,
  Burger,
  Group,
  Menu,
  NavLink,
  Text,
  UnstyledButton,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconCheck,
  IconDeviceDesktop,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconSun,
  IconUserCircle,
} from '@tabler/icons-react';
import { Link, Outlet, useLocation, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Logo } from '../parts/logo.tsx';
import { plain } from '../parts/plain.tsx';
import { speak } from '../words/language.ts';
import { destinations } from './destinations.ts';
import { useMay, useSession } from './session.tsx';

const SCHEMES = [
  { value: 'light', icon: IconSun },
  { value: 'dark', icon: IconMoon },
  { value: 'auto', icon: IconDeviceDesktop },
] as const;
const SPOKEN = [
  { value: 'es', label: 'Español' },
  { value: 'en', label: 'English' },
] as const;

function Colours() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { icon: Icon } = SCHEMES.find(({ value }) => value === colorScheme) ?? SCHEMES[2];
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" size="lg" aria-label={t('shell.theme')}>
          <Icon size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {SCHEMES.map(({ value, icon: Each }) => (
          <Menu.Item
            key={value}
            leftSection={<Each size={16} />}
            rightSection={value === colorScheme ? <IconCheck size={16} /> : null}
            onClick={() => setColorScheme(value)}
          >
            {t(`shell.${value}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function Languages() {
  const { t, i18n } = useTranslation();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" size="lg" aria-label={t('shell.language')}>
          <IconLanguage size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {SPOKEN.map(({ value, label }) => (
          <Menu.Item
            key={value}
            lang={value}
            rightSection={value === i18n.language ? <IconCheck size={16} /> : null}
            onClick={() => void speak(value)}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Account() {
  const { t } = useTranslation();
  const { session, leave } = useSession();
  const router = useRouter();
  const name = plain(session?.username ?? '');
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" size="lg" aria-label={t('shell.account', { name })}>
          <IconUserCircle size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {t('shell.signedInAs')} <bdi>{name}</bdi>
        </Menu.Label>
        <Menu.Item onClick={() => void router.navigate({ to: '/password' })}>
          {t('shell.changePassword')}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void leave()}>
          {t('shell.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

export function Shell() {
  const { t } = useTranslation();
  const may = useMay();
  const [isOpen, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever has gone somewhere wants to see it.
  useEffect(close, [pathname]);
  const isAt = (path: string) => (path === '/' ? pathname === '/' : pathname.startsWith(path));
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding="md"
    >
      <a className="skip" href="#content">
        {t('shell.skip')}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger
              opened={isOpen}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t('shell.openMenu')}
            />
            <UnstyledButton component={Link} to="/" aria-label={`Sereno: ${t('shell.overview')}`}>
              <Group gap={8} wrap="nowrap">
                <Logo />
                <Text fw={700}>Sereno</Text>
              </Group>
            </UnstyledButton>
          </Group>
          <Group gap={4} wrap="nowrap">
            <Colours />
            <Languages />
            <Account />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t('shell.navigation')}>
        {destinations
          .filter(({ scope }) => scope === undefined || may(scope))
          .map(({ to, word, icon: Icon }) => (
            <NavLink
              key={to}
              component={Link}
              to={to}
              label={t(`shell.${word}`)}
              leftSection={<Icon size={18} />}
              active={isAt(to)}
              aria-current={isAt(to) ? 'page' : undefined}
            />
          ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}
