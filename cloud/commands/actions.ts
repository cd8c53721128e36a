// What a caller can ask of a terminal, and by which operation of its agent it is done.
import type { RouteName } from '../../shared/api/routes.ts';
import { isOfKind, type OperationName } from '../../shared/wire/operations.ts';

/** By the names of the table of routes: there stands which scope each one needs, through whichever face it is asked. */
export const actions = {
  userList: 'user.list',
  userGet: 'user.get',
  userCreate: 'user.put',
  userUpdate: 'user.put',
  userDelete: 'user.delete',
  userRestore: 'user.restore',
  fingerList: 'finger.list',
  fingerEnroll: 'finger.enroll',
  identifierPut: 'identifier.put',
  identifierList: 'identifier.list',
  identifierDelete: 'identifier.delete',
  identifierReset: 'identifier.reset',
  wiegandGet: 'wiegand.get',
  wiegandPut: 'wiegand.put',
  attendanceList: 'attendance.list',
  deviceCreate: 'device.put',
  deviceUpdate: 'device.put',
  deviceDelete: 'device.delete',
  devicePing: 'device.ping',
  deviceInfo: 'device.info',
  deviceSyncTime: 'device.sync_time',
} as const satisfies Partial<Record<RouteName, OperationName>>;

export type Action = keyof typeof actions;
export type OperationOf<A extends Action> = (typeof actions)[A];

export function isAction(name: string): name is Action {
  return Object.hasOwn(actions, name);
}

/** True for actions that change nothing: whatever fails on them has surely not been applied. */
export function isRead(name: string): boolean {
  return isAction(name) && (isOfKind('read', actions[name]) || isOfKind('recall', actions[name]));
}
