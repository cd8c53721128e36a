// Who uses the console and the API: operators, their groups and roles, and tokens for programs.
import { Tabs, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../app/session.tsx';
import { Page } from '../../parts/page.tsx';
import { Groups } from './groups.tsx';
import { Roles } from './roles.tsx';
import { Tokens } from './tokens.tsx';
import { Users } from './users.tsx';

const SUPER_ADMIN = 3;
const TABS = { users: Users, groups: Groups, roles: Roles, tokens: Tokens } as const;
type Tab = keyof typeof TABS;

export function Operators() {
  const { t } = useTranslation();
  const { session } = useSession();
  const { tab } = useSearch({ from: '/operators' });
  const go = useNavigate({ from: '/operators' });
  const isSuper = session?.type === SUPER_ADMIN;
  const names = (Object.keys(TABS) as Tab[]).filter(
    (name) => name !== 'tokens' || session?.manages_tokens === true,
  );
  const shown = names.find((name) => name === tab) ?? 'users';
  const List = TABS[shown];
  return (
    <Page title={t('operators.title')} lead={t('operators.lead')}>
      {isSuper ? null : <Text size="sm">{t('operators.onlySuper')}</Text>}
      <Tabs
        value={shown}
        onChange={(value) => void go({ search: { tab: value ?? undefined }, replace: true })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {names.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t(`operators.tab.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={shown}>
          <List isSuper={isSuper} own={session?.user_id ?? ''} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
