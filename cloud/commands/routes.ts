// Which operation of an agent a route asks for.
import type { RouteName } from '../../shared/api/routes.ts';
import { isOfKind, type OperationName } from '../../shared/wire/operations.ts';

export const routeOperations = {
  userList: 'user.list',
  userGet: 'user.get',
  userCreate: 'user.put',
  userUpdate: 'user.put',
  userDelete: 'user.delete',
  userRestore: 'user.restore',
  fingerList: 'finger.list',
  fingerEnroll: 'finger.enroll',
  attendanceList: 'attendance.list',
  deviceCreate: 'device.put',
  deviceUpdate: 'device.put',
  deviceDelete: 'device.delete',
  devicePing: 'device.ping',
  deviceInfo: 'device.info',
  deviceSyncTime: 'device.sync_time',
} as const satisfies Partial<Record<RouteName, OperationName>>;

export type CommandRoute = keyof typeof routeOperations;
export type OperationOf<N extends CommandRoute> = (typeof routeOperations)[N];

/** True for routes that change nothing: whatever fails on them has surely not been applied. */
export function isRead(route: string): boolean {
  return isCommandRoute(route) && isOfKind('read', routeOperations[route]);
}

export function isCommandRoute(route: string): route is CommandRoute {
  return Object.hasOwn(routeOperations, route);
}
