// What a terminal can be asked besides the writes of users: one function an operation, in one table.
import { SerenoError } from '../../shared/errors.ts';
import type { OperationName } from '../../shared/wire/operations.ts';
import { type Ask, instant } from './ask.ts';
import { listAttendance } from './attendance.ts';
import { syncTime } from './clock.ts';
import { enrolFinger } from './enrolment.ts';
import { listFingers } from './fingerprints.ts';
import { info } from './info.ts';
import { ping } from './ping.ts';
import { toUser } from './roster.ts';
import { pageOfUsers } from './user-page.ts';

export type { Ask, AskContext, Told } from './ask.ts';

const listUsers: Ask<'user.list'> = async (args, { terminal, signal, progress, now }) => {
  const onProgress = (bytes: number, total: number) => progress('reading', bytes, total);
  const roster = await terminal.roster({ signal, onProgress, force: args.refresh === true });
  return { data: pageOfUsers(roster.list(), args, instant(now())), verified: 'readback' };
};

const getUser: Ask<'user.get'> = async ({ user_id, uid }, { terminal, signal, now }) => {
  const roster = await terminal.roster({ signal });
  const record = roster.find(user_id, uid);
  if (record === undefined) throw new SerenoError('user_not_found', { params: { user_id } });
  return { data: { as_of: instant(now()), user: toUser(record) }, verified: 'readback' };
};

/** The questions this agent can put to a terminal. */
export const asks: { readonly [N in OperationName]?: Ask<N> } = {
  'user.list': listUsers,
  'user.get': getUser,
  'finger.list': listFingers,
  'finger.enroll': enrolFinger,
  'attendance.list': listAttendance,
  'device.ping': ping,
  'device.info': info,
  'device.sync_time': syncTime,
};
