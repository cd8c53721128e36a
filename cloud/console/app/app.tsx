// The console put together: colours, messages, data, and either who signs in or the pages.
import { MantineProvider, Modal, mergeThemeOverrides, Notification } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ChangePassword } from '../pages/signin/change-password.tsx';
import { SignIn } from '../pages/signin/sign-in.tsx';
import { queries } from './queries.ts';
import { router } from './router.tsx';
import { SessionProvider, useSession } from './session.tsx';
import { nonce, resolver, theme } from './theme.ts';
import { useIdle } from './use-idle.ts';

function Inside() {
  const { session } = useSession();
  useIdle(session?.idle_seconds ?? 0);
  if (session === null) return <SignIn />;
  if (session.change_password) return <ChangePassword />;
  return <RouterProvider router={router} />;
}

/** Buttons without a word say what they do, in the language that is spoken. */
function useNamedButtons() {
  const { t } = useTranslation();
  return useMemo(() => {
    const defaultProps = { closeButtonProps: { 'aria-label': t('common.close') } };
    return mergeThemeOverrides(theme, {
      components: {
        Modal: Modal.extend({ defaultProps }),
        Notification: Notification.extend({ defaultProps }),
      },
    });
  }, [t]);
}

export function App() {
  const named = useNamedButtons();
  return (
    <MantineProvider
      theme={named}
      cssVariablesResolver={resolver}
      defaultColorScheme="auto"
      {...(nonce === undefined ? {} : { getStyleNonce: () => nonce ?? '' })}
    >
      <Notifications position="bottom-right" limit={4} />
      <QueryClientProvider client={queries}>
        <SessionProvider>
          <Inside />
        </SessionProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}
