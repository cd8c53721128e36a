// One page of a terminal's users: filter, order and cursor live on the agent, so that only the page travels.

import type { User } from '../../../shared/domain/user.ts';
import { SerenoError } from '../../../shared/errors.ts';
import type { ArgsOf, ResultOf } from '../../../shared/wire/operations.ts';
import { inSlices, Slices } from '../../zk/slices.ts';
import type { UserList } from './roster.ts';

/** A list without a limit ends here, in bytes of JSON, with a cursor: Lambda answers at most 6 MB. */
const PAGE_BYTES = 5 * 1024 * 1024;
/** What the cloud adds to each row: the device id, its key and punctuation. */
const ROW_EXTRA_BYTES = 90;

/** No row is longer: every byte of name and badge as `\u0000`, and 70 for the rest of it. */
const MOST_ROW_BYTES = 6 * (24 + 24) + 70 + ROW_EXTRA_BYTES;

/**
 * Rows after the uid that the cursor names; `total` counts all that fit the search. In slices: `users` must stay as it is
 * meanwhile.
 * @throws SerenoError `invalid_field` for a cursor that is none
 */
export async function pageOfUsers(
  users: UserList,
  { search, cursor, limit }: ArgsOf<'user.list'>,
  asOf: string,
): Promise<ResultOf<'user.list'>> {
  const after = cursor === undefined ? null : parseCursor(cursor);
  const matching = search === undefined ? users : await found(users, matcher(search));
  const begin = after === null ? 0 : startOf(after, matching);
  const most = Math.min(matching.length, begin + (limit ?? matching.length));
  const fits = (most - begin) * MOST_ROW_BYTES <= PAGE_BYTES;
  const data: User[] = [];
  let bytes = 0;
  const slices = new Slices();
  for (let position = begin; position < most; position++) {
    if (slices.isDue) await slices.giveWay();
    const user = matching.userAt(position);
    if (!fits) bytes += Buffer.byteLength(JSON.stringify(user)) + ROW_EXTRA_BYTES;
    if (bytes > PAGE_BYTES) break;
    data.push(user);
  }
  const end = begin + data.length;
  const more = data.length > 0 && end < matching.length;
  return {
    total: matching.length,
    as_of: asOf,
    data,
    ...(more ? { next_cursor: cursorAfter(matching, end) } : {}),
  };
}

/** Those that `matches`. */
async function found(users: UserList, matches: (user: User) => boolean): Promise<UserList> {
  const positions: number[] = [];
  await inSlices(users.length, (position) => {
    if (matches(users.userAt(position))) positions.push(position);
  });
  return {
    length: positions.length,
    uidAt: (at) => users.uidAt(positions[at] ?? 0),
    userAt: (at) => users.userAt(positions[at] ?? 0),
  };
}

/** A place after `given` rows with the uid: some terminals have several records under one. */
interface Place {
  readonly uid: number;
  readonly given: number;
}

function cursorAfter(users: UserList, end: number): string {
  const uid = users.uidAt(end - 1);
  let given = 1;
  while (given < end && users.uidAt(end - 1 - given) === uid) given++;
  return given === 1 ? `u${uid}` : `u${uid}.${given}`;
}

function startOf({ uid, given }: Place, users: UserList): number {
  let position = 0;
  while (position < users.length && users.uidAt(position) < uid) position++;
  const above = position;
  while (position < users.length && position - above < given && users.uidAt(position) === uid) position++;
  return position;
}

/** Case and accents do not matter, nor zeros before the number that is printed on a card; badge, name and card are searched. */
function matcher(search: string): (user: User) => boolean {
  const wanted = fold(search.trim());
  return (user) =>
    fold(user.name).includes(wanted) ||
    fold(user.user_id).includes(wanted) ||
    (user.card !== 0 && `${user.card}` === wanted.replace(/^0+/, ''));
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

function parseCursor(cursor: string): Place {
  const [, uid, given = '1'] = /^u(\d{1,5})(?:\.(\d{1,5}))?$/.exec(cursor) ?? [];
  if (uid === undefined) {
    throw new SerenoError('invalid_field', {
      params: { field: 'cursor', problem: '@cursor_foreign' },
    });
  }
  return { uid: Number(uid), given: Number(given) };
}
