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
import { parseSearch, stringifySearch, texts } from './search.ts';
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
    ...at('/branches'),
    validateSearch: texts('search', 'state', 'trouble'),
    component: lazyRouteComponent(() => import('../pages/branches/branches.tsx'), 'Branches'),
  }),
  createRoute({
    ...at('/branches/$site'),
    validateSearch: texts('line'),
    component: lazyRouteComponent(() => import('../pages/branches/branch.tsx'), 'BranchPage'),
  }),
  createRoute({
    ...at('/terminals'),
    validateSearch: texts('state'),
    component: lazyRouteComponent(() => import('../pages/terminal/terminals.tsx'), 'Terminals'),
  }),
  createRoute({
    ...at('/people'),
    validateSearch: texts('search', 'device'),
    component: lazyRouteComponent(() => import('../pages/people/people.tsx'), 'People'),
  }),
  createRoute({
    ...at('/people/import'),
    component: lazyRouteComponent(() => import('../pages/people/import.tsx'), 'ImportPeople'),
  }),
  createRoute({
    ...at('/people/$person'),
    component: lazyRouteComponent(() => import('../pages/people/person.tsx'), 'Person'),
  }),
  createRoute({
    ...at('/attendance'),
    validateSearch: texts('device', 'site', 'user_id', 'from', 'to'),
    component: lazyRouteComponent(() => import('../pages/attendance/attendance.tsx'), 'Attendance'),
  }),
  createRoute({
    ...at('/identifiers'),
    validateSearch: texts('device', 'type'),
    component: lazyRouteComponent(() => import('../pages/identifiers/identifiers.tsx'), 'Identifiers'),
  }),
  createRoute({
    ...at('/operations'),
    validateSearch: texts('from', 'to', 'op', 'user_id', 'site', 'device', 'state'),
    component: lazyRouteComponent(() => import('../pages/story/operations.tsx'), 'Operations'),
  }),
  createRoute({
    ...at('/operations/$operation'),
    component: lazyRouteComponent(() => import('../pages/story/story.tsx'), 'Story'),
  }),
  createRoute({
    ...at('/audit'),
    validateSearch: texts('from', 'to', 'subject', 'what', 'site', 'device', 'user_id'),
    component: lazyRouteComponent(() => import('../pages/story/audit.tsx'), 'Audit'),
  }),
  createRoute({
    ...at('/terminals/$device'),
    validateSearch: texts('tab'),
    component: lazyRouteComponent(() => import('../pages/terminal/terminal.tsx'), 'Terminal'),
  }),
  createRoute({
    ...at('/operators'),
    validateSearch: texts('tab'),
    component: lazyRouteComponent(() => import('../pages/operators/operators.tsx'), 'Operators'),
  }),
  createRoute({
    ...at('/webhooks'),
    component: lazyRouteComponent(() => import('../pages/webhooks/webhooks.tsx'), 'Webhooks'),
  }),
  createRoute({
    ...at('/alerts'),
    component: lazyRouteComponent(() => import('../pages/alerts/alerts.tsx'), 'Alerts'),
  }),
  createRoute({
    ...at('/password'),
    component: ChangePassword,
  }),
]);

export const router = createRouter({
  routeTree,
  basepath: '/console',
  parseSearch,
  stringifySearch,
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
