// What can be seen of one user at a terminal, and what each kind of change makes of it.

/** A record of a badge as the terminal holds it. */
export type Held = Readonly<Record<keyof Fields, string | number>>;

/** All records of a badge, in the order in which they came; none: it is not there. */
export type UserState = readonly Held[];

export interface Fields {
  readonly name: string;
  readonly password: string;
  readonly privilege: number;
  readonly card: number;
  readonly group: number;
}

export type Wanted = Partial<Fields>;

/** What callers ask for, and what most people do at a keypad. */
export type Wished =
  | { readonly kind: 'create' | 'update'; readonly fields: Wanted }
  | { readonly kind: 'delete' };

export type Change =
  | Wished
  /** What a batch asks for: a user is made, or changed where one is there. */
  | { readonly kind: 'put'; readonly fields: Wanted }
  /** A second record of the badge, a copy of the first but for these fields. */
  | { readonly kind: 'double'; readonly fields: Wanted }
  /** The second record goes. */
  | { readonly kind: 'halve' };

/**
 * What somebody was told of a change. `ok`: it was made. `exists`, `absent`, `ambiguous`: it was not, for that reason.
 * `no`: it was not. `open`: nobody said, so it may have been made or not.
 */
export type Verdict = 'ok' | 'exists' | 'absent' | 'ambiguous' | 'no' | 'open';

/** The author who means the record that the terminal finds first; whoever names a badge alone means the only one. */
export const KEYPAD = 'keypad';

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
function made({ change, author }: Happening, state: UserState): UserState | undefined {
  const [first, ...others] = state;
  const isClear = others.length === 0 || author === KEYPAD;
  switch (change.kind) {
    case 'create':
      return first === undefined ? [{ ...BLANK, ...change.fields }] : undefined;
    case 'put':
      if (first === undefined)
        return change.fields.name === undefined ? undefined : [{ ...BLANK, ...change.fields }];
      return isClear ? [{ ...first, ...change.fields }, ...others] : undefined;
    case 'update':
      return first === undefined || !isClear ? undefined : [{ ...first, ...change.fields }, ...others];
    case 'delete':
      return isClear ? others : undefined;
    case 'double':
      return first === undefined ? undefined : [...state, { ...first, ...change.fields }];
    case 'halve':
      return first === undefined || others.length === 0 ? undefined : [first];
  }
}

/** Every state that `happening` may leave behind `state`; none where its verdict is not true of it. */
export function outcomes(happening: Happening, state: UserState): UserState[] {
  const { verdict } = happening;
  const changed = made(happening, state);
  switch (verdict) {
    case 'ok':
      return changed === undefined ? [] : [changed];
    case 'exists':
      return state.length > 0 ? [state] : [];
    case 'absent':
      return state.length === 0 ? [state] : [];
    case 'ambiguous':
      return state.length > 1 ? [state] : [];
    case 'no':
      return [state];
    case 'open':
      return changed === undefined ? [state] : [state, changed];
  }
}

export function keyOf(state: UserState): string {
  if (state.length === 0) return 'absent';
  const keys = state.map(({ name, password, privilege, card, group }) =>
    JSON.stringify([name, password, privilege, card, group]),
  );
  return keys.join(' and ');
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
