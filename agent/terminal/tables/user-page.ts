// One page of a terminal's users: filter, order and cursor live on the agent, so that only the page travels.

import type { User } from '../../../shared/domain/user.ts';
import { SerenoError } from '../../../shared/errors.ts';
import type { ArgsOf, ResultOf } from '../../../shared/wire/operations.ts';

/** A list without a limit ends here, in bytes of JSON, with a cursor: Lambda answers at most 6 MB. */
const PAGE_BYTES = 5 * 1024 * 1024;
/** What the cloud adds to each row: the device id, its key and punctuation. */
const ROW_EXTRA_BYTES = 90;

/** Rows after the uid that the cursor names; `total` counts all that fit the search. */
export function pageOfUsers(
  users: readonly User[],
  args: ArgsOf<'user.list'>,
  asOf: string,
): ResultOf<'user.list'> {
  const matching = args.search === undefined ? users : users.filter(matcher(args.search));
  const begin = args.cursor === undefined ? 0 : startOf(parseCursor(args.cursor), matching);
  const rest = matching.slice(begin);
  const data: User[] = [];
  let bytes = 0;
  for (const user of rest.slice(0, args.limit ?? rest.length)) {
    bytes += Buffer.byteLength(JSON.stringify(user)) + ROW_EXTRA_BYTES;
    if (bytes > PAGE_BYTES) break;
    data.push(user);
  }
  const last = data.at(-1);
  const more = data.length < rest.length && last !== undefined;
  const cursor = more ? { next_cursor: cursorAfter(last, matching, begin + data.length) } : {};
  return { total: matching.length, as_of: asOf, data, ...cursor };
}

/** A place after `given` rows with the uid: some terminals have several records under one. */
interface Place {
  readonly uid: number;
  readonly given: number;
}

function cursorAfter({ uid }: User, users: readonly User[], end: number): string {
  const given = users.slice(0, end).filter((user) => user.uid === uid).length;
  return given === 1 ? `u${uid}` : `u${uid}.${given}`;
}

function startOf({ uid, given }: Place, users: readonly User[]): number {
  const above = users.findIndex((user) => user.uid >= uid);
  if (above < 0) return users.length;
  const here = users.filter((user) => user.uid === uid).length;
  return above + Math.min(given, here);
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
