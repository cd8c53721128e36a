// What can be seen of one user at a terminal, and what each kind of change makes of it.

/** A user as the terminal holds it; null: not there. */
export type UserState = Readonly<Record<keyof Fields, string | number>> | null;

export interface Fields {
  readonly name: string;
  readonly password: string;
  readonly privilege: number;
  readonly card: number;
  readonly group: number;
}

export type Wanted = Partial<Fields>;

export type Change =
  | { readonly kind: 'create' | 'update'; readonly fields: Wanted }
  | { readonly kind: 'delete' };

/**
 * What somebody was told of a change. `ok`: it was made. `exists`, `absent`: it was not, for that reason. `no`: it was
 * not. `open`: nobody said, so it may have been made or not.
 */
export type Verdict = 'ok' | 'exists' | 'absent' | 'no' | 'open';

/** One change as its author saw it, in milliseconds of one clock: it happened within, if it happened. */
export interface Happening {
  readonly author: string;
  readonly from: number;
  readonly to: number;
  readonly change: Change;
  readonly verdict: Verdict;
  /** When the cloud issued it, epoch ms, where it did: of two that were made, the one issued first was made first. */
  readonly issuedAt?: number | undefined;
}

const BLANK: Fields = { name: '', password: '', privilege: 0, card: 0, group: 1 };

/** The state after the change, or undefined where it cannot be made. */
function made(change: Change, state: UserState): UserState | undefined {
  switch (change.kind) {
    case 'create':
      return state === null ? { ...BLANK, ...change.fields } : undefined;
    case 'update':
      return state === null ? undefined : { ...state, ...change.fields };
    case 'delete':
      return null;
  }
}

/** Every state that `happening` may leave behind `state`; none where its verdict is not true of it. */
export function outcomes({ change, verdict }: Happening, state: UserState): UserState[] {
  const changed = made(change, state);
  switch (verdict) {
    case 'ok':
      return changed === undefined ? [] : [changed];
    case 'exists':
      return state === null ? [] : [state];
    case 'absent':
      return state === null ? [null] : [];
    case 'no':
      return [state];
    case 'open':
      return changed === undefined ? [state] : [state, changed];
  }
}

export function keyOf(state: UserState): string {
  if (state === null) return 'absent';
  const { name, password, privilege, card, group } = state;
  return JSON.stringify([name, password, privilege, card, group]);
}

function wasIssuedBefore(one: Happening, other: Happening): boolean {
  if (one.verdict !== 'ok' || other.verdict !== 'ok') return false;
  return one.issuedAt !== undefined && other.issuedAt !== undefined && one.issuedAt < other.issuedAt;
}

/**
 * True if the happenings can be put into an order that keeps to their times and to the order of issue, makes every
 * verdict true, and ends in `end`: the check of linearizability after Wing and Gong, with states already seen left out.
 */
export function explains(happenings: readonly Happening[], start: UserState, end: UserState): boolean {
  const all = (1n << BigInt(happenings.length)) - 1n;
  const wanted = keyOf(end);
  const seen = new Set<string>();
  const search = (done: bigint, state: UserState): boolean => {
    if (done === all) return keyOf(state) === wanted;
    const mark = `${done} ${keyOf(state)}`;
    if (seen.has(mark)) return false;
    seen.add(mark);
    const left = happenings.flatMap((happening, index) =>
      done & (1n << BigInt(index)) ? [] : [{ happening, index }],
    );
    const soonestEnd = Math.min(...left.map(({ happening }) => happening.to));
    return left.some(
      ({ happening, index }) =>
        happening.from <= soonestEnd &&
        !left.some((other) => wasIssuedBefore(other.happening, happening)) &&
        outcomes(happening, state).some((next) => search(done | (1n << BigInt(index)), next)),
    );
  };
  return search(0n, start);
}
