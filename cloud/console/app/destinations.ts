// Where one can go: a row each, in the order of the navigation. Who lacks the scope does not see the row.
import {
  IconBell,
  IconBuildingStore,
  IconClockHour4,
  IconDeviceTablet,
  IconHistory,
  IconId,
  IconLayoutDashboard,
  IconListDetails,
  IconUserShield,
  IconUsers,
  IconWebhook,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { Scope } from '../../../shared/api/scopes.ts';
import type { shell } from '../words/shell.ts';

interface Destination {
  readonly to: string;
  readonly word: keyof typeof shell;
  readonly icon: ComponentType<{ readonly size?: number }>;
  readonly scope?: Scope;
}

export const destinations: readonly Destination[] = [
  { to: '/', word: 'overview', icon: IconLayoutDashboard },
  { to: '/branches', word: 'branches', icon: IconBuildingStore, scope: 'sites:admin' },
  { to: '/terminals', word: 'terminals', icon: IconDeviceTablet, scope: 'devices:read' },
  { to: '/people', word: 'people', icon: IconUsers, scope: 'users:read' },
  { to: '/attendance', word: 'attendance', icon: IconClockHour4, scope: 'attendance:read' },
  { to: '/identifiers', word: 'identifiers', icon: IconId, scope: 'users:read' },
  { to: '/operations', word: 'operations', icon: IconListDetails },
  { to: '/audit', word: 'audit', icon: IconHistory, scope: 'audit:read' },
  { to: '/operators', word: 'operators', icon: IconUserShield },
  { to: '/webhooks', word: 'webhooks', icon: IconWebhook, scope: 'webhooks:admin' },
  { to: '/alerts', word: 'alerts', icon: IconBell, scope: 'events:read' },
];
