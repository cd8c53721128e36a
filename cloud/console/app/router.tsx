// The pages and their addresses under /console. Each page is loaded when somebody first goes there.
import { Center, Loader } from '@mantine/core';
import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  lazyRouteComponent,
} from '@tanstack/react-router';
import { ChangePassword } from '../pages/signin/change-password.tsx';
import { Broken, NotFound } from '../parts/dead-ends.tsx';
import { Shell } from './shell.tsx';

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: ({ error }: ErrorComponentProps) => <Broken error={error} />,
});

const at = <const P extends string>(path: P) => ({ getParentRoute: () => root, path });

const routeTree = root.addChildren([
  createRoute({
    ...at('/'),
    component: lazyRouteComponent(() => import('../pages/overview/overview.tsx'), 'Overview'),
  }),
  createRoute({
    ...at('/terminals'),
    component: lazyRouteComponent(() => import('../pages/terminal/terminals.tsx'), 'Terminals'),
  }),
  createRoute({
    ...at('/password'),
    component: ChangePassword,
  }),
]);

export const router = createRouter({
  routeTree,
  basepath: '/console',
  defaultPreload: 'intent',
  defaultPendingComponent: () => (
    <Center p="xl">
      <Loader />
    </Center>
  ),
});

declare module '@tanstack/react-router' {
  interface Register {
    readonly router: typeof router;
  }
}
