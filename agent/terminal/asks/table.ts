// What a terminal can be asked besides the writes of users: one function an operation, in one table.
import type { OperationOfKind } from '../../../shared/wire/operations.ts';
import type { Ask } from './ask.ts';
import { listAttendance } from './attendance-list.ts';
import { enrolFinger } from './enrolment.ts';
import { listFingers } from './finger-list.ts';
import { info } from './info.ts';
import { ping } from './ping.ts';
import { syncTime } from './sync-time.ts';
import { getUser, listUsers } from './users.ts';

/** All that is done at a terminal, but for the writes of users. */
export type AskName = OperationOfKind<'read' | 'act'>;

/** The questions this agent can put to a terminal. */
export const asks: { readonly [N in AskName]: Ask<N> } = {
  'user.list': listUsers,
  'user.get': getUser,
  'finger.list': listFingers,
  'finger.enroll': enrolFinger,
  'attendance.list': listAttendance,
  'device.ping': ping,
  'device.info': info,
  'device.sync_time': syncTime,
};
