// The console put together: colours, messages, data, and either who signs in or the pages.
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
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

export function App() {
  return (
    <MantineProvider
      theme={theme}
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
