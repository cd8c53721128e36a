// Compares what a terminal holds with what callers were told and what was done at its keypad.
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import type { Caller, Told } from './caller.ts';
import { explains, type Happening, keyOf, type UserState } from './model.ts';

export interface Violation {
  /**
   * lost: the table contradicts an acknowledgement · untrue: it holds what was refused · doubled: a user twice ·
   * wrong-user: somebody whom nobody asked for was changed · disabled: the terminal stayed locked · unsettled: an
   * operation without an end · disagrees: an operation that says otherwise than the caller was told · manners: what no
   * careful client does at a terminal · away: the agent did not come back.
   */
  readonly kind:
    | 'lost'
    | 'untrue'
    | 'doubled'
    | 'wrong-user'
    | 'disabled'
    | 'unsettled'
    | 'disagrees'
    | 'manners'
    | 'away';
  readonly text: string;
}

export interface Evidence {
  readonly terminal: SimulatedTerminal;
  readonly told: readonly Told[];
  readonly keypad: readonly (Happening & { readonly userId: string })[];
  /** Raw records of those who were there before and whom nobody wished to change. */
  readonly bystanders: ReadonlyMap<string, Buffer>;
  /** What the terminal noted as bad manners. */
  readonly noted: readonly string[];
  readonly isBack: boolean;
  readonly enabledMs: number;
  /** A journal was lost, or there were two: some outcomes may stay unknown for good. */
  readonly mayForget: boolean;
  readonly caller: Caller;
}

export async function judge(evidence: Evidence): Promise<Violation[]> {
  const { terminal, told, keypad, bystanders, noted, isBack, enabledMs } = evidence;
  const violations: Violation[] = noted.map((text) => ({ kind: 'manners', text }));
  if (!isBack) violations.push({ kind: 'away', text: 'the agent did not connect again' });
  if (enabledMs === Number.POSITIVE_INFINITY) violations.push({ kind: 'disabled', text: 'still disabled' });

  const held = new Map<string, UserState>();
  for (const { userId, raw, name, password, privilege, card, group } of terminal.users()) {
    if (held.has(userId)) violations.push({ kind: 'doubled', text: `${userId} is there twice` });
    held.set(userId, { name, password, privilege, card, group });
    const before = bystanders.get(userId);
    if (before !== undefined && !before.equals(raw)) {
      violations.push({ kind: 'wrong-user', text: `${userId} was changed` });
    }
  }
  for (const userId of bystanders.keys()) {
    if (!held.has(userId)) violations.push({ kind: 'wrong-user', text: `${userId} is gone` });
  }
  const histories = Map.groupBy(
    [
      ...told.map(({ wish, from, to, verdict }) => ({
        userId: wish.userId,
        author: 'caller',
        from,
        to: verdict === 'open' ? Number.POSITIVE_INFINITY : to,
        change: wish.change,
        verdict,
      })),
      ...keypad,
    ],
    ({ userId }) => userId,
  );
  for (const [userId, history] of histories) {
    const violation = judgeUser(userId, history, held.get(userId) ?? null);
    if (violation !== null) violations.push(violation);
  }
  for (const userId of held.keys()) {
    if (!bystanders.has(userId) && !histories.has(userId)) {
      violations.push({ kind: 'wrong-user', text: `nobody asked for ${userId}` });
    }
  }
  violations.push(...(await judgeOperations(evidence)));
  return violations;
}

function judgeUser(userId: string, history: readonly Happening[], end: UserState): Violation | null {
  if (explains(history, null, end)) return null;
  const told = history.map(({ author, change, verdict, from, to }) => {
    const fields = change.kind === 'delete' ? '' : JSON.stringify(change.fields);
    return `${author} ${change.kind} ${fields} ${verdict} (${from.toFixed(0)}–${to.toFixed(0)})`;
  });
  const text = `${userId} is ${keyOf(end)} after: ${told.join('; ')}`;
  if (history.every(({ author }) => author === 'keypad')) return { kind: 'wrong-user', text };
  const doubted = history.map((each) =>
    each.author === 'caller' && each.verdict !== 'ok' ? { ...each, verdict: 'open' as const } : each,
  );
  return { kind: explains(doubted, null, end) ? 'untrue' : 'lost', text };
}

/** Every operation that a caller was told of has an end, and it is the one that the caller was told. */
async function judgeOperations({ told, caller, mayForget }: Evidence): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const { operation, verdict, wish, answer } of told) {
    if (verdict === 'open' && !mayForget) {
      violations.push({ kind: 'unsettled', text: `${operation} (${wish.userId}): ${answer}` });
    }
    if (operation === null || verdict === 'open') continue;
    const found = await caller.state(operation);
    const succeeded = found?.state === 'succeeded';
    if (succeeded !== (verdict === 'ok')) {
      const text = `${operation} (${wish.userId}) is ${found?.state}, the caller was told ${verdict} (${answer})`;
      violations.push({ kind: 'disagrees', text });
    }
  }
  return violations;
}
