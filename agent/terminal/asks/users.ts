// `user.list` and `user.get`: who is on the terminal, never with their passwords.
import { SerenoError } from '../../../shared/errors.ts';
import { toUser } from '../tables/roster.ts';
import { pageOfUsers } from '../tables/user-page.ts';
import { type Ask, instant } from './ask.ts';

export const listUsers: Ask<'user.list'> = async (args, { terminal, signal, progress, now }) => {
  const onProgress = (bytes: number, total: number) => progress('reading', bytes, total);
  const roster = await terminal.roster({ signal, onProgress, force: args.refresh === true });
  const asOf = instant(now());
  return { data: await pageOfUsers(roster.list(), args, asOf), verified: 'readback' };
};

export const getUser: Ask<'user.get'> = async ({ user_id, uid }, { terminal, signal, now }) => {
  const roster = await terminal.roster({ signal });
  const record = roster.find(user_id, uid);
  if (record === undefined) throw new SerenoError('user_not_found', { params: { user_id } });
  return { data: { as_of: instant(now()), user: toUser(record) }, verified: 'readback' };
};
