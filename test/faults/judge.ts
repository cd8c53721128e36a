// Compares what a terminal holds with what callers were told and what was done at its keypad.
import { Command } from '../terminal/protocol.ts';
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import type { Caller, Found, Told } from './caller.ts';
import type { History, ListTold } from './lists.ts';
import { explains, type Happening, KEYPAD, keyOf, type UserState } from './model.ts';
import type { Naming } from './witness.ts';

export interface Violation {
  /**
   * lost: the table contradicts an acknowledgement · untrue: it holds what was refused · doubled: a user twice ·
   * wrong-user: somebody whom nobody asked for was changed · disabled: the terminal stayed locked · unsettled: an
   * operation without an end · disagrees: an operation that says something else than the caller was told · manners: what no
   * careful client does at a terminal · away: the agent did not come back · early: told that its time was over before
   * it was · wrong-list: a list that the terminal has not held at any moment between question and answer · overtaken: of two changes of one user the one issued first was made last.
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
    | 'away'
    | 'early'
    | 'wrong-list'
    | 'overtaken';
  readonly text: string;
}

export interface Evidence {
  readonly terminal: SimulatedTerminal;
  readonly told: readonly Told[];
  readonly keypad: readonly (Happening & { readonly userId: string })[];
  /** Raw records of those who were there before and whom nobody wished to change. */
  readonly bystanders: ReadonlyMap<string, Buffer>;
  /** What the terminal noted as bad manners, each with what led to it. */
  readonly noted: readonly string[];
  readonly namings: readonly Naming[];
  /** Every list that was answered with 200 meanwhile. */
  readonly lists: readonly ListTold[];
  readonly history: Pick<History, 'wrongIn'>;
  readonly isBack: boolean;
  readonly enabledMs: number;
  /** A journal was lost, or there were two: some outcomes may stay unknown for good. */
  readonly mayForget: boolean;
  readonly caller: Caller;
  /** A time of `performance.now()` as the timeline has it. */
  readonly at: (now: number) => string;
}

/** What a command of a call is given to begin, ms (docs/architecture.md, Times that nest): before that it cannot have expired. */
const START_WITHIN_MS = 22_000;

/** A look without an answer is repeated. */
const LOOKS = 5;

export async function judge(evidence: Evidence): Promise<Violation[]> {
  const { terminal, told, keypad, bystanders, noted, isBack, enabledMs, at } = evidence;
  const violations: Violation[] = noted.map((text) => ({ kind: 'manners', text }));
  if (!isBack) violations.push({ kind: 'away', text: 'the agent did not connect again' });
  if (enabledMs === Number.POSITIVE_INFINITY) {
    const since = terminal.disabledSince === null ? '' : `, ${Date.now() - terminal.disabledSince} ms since`;
    violations.push({ kind: 'disabled', text: `still disabled when its time was over${since}` });
  }
  // Who has lost the journal knows of no refresh that is due.
  if (terminal.state.refreshPending && !evidence.mayForget && !askedToRefresh(terminal)) {
    const text = 'at rest, and nobody asked for a refresh (1013) after the last write';
    violations.push({ kind: 'manners', text });
  }

  const held = new Map<string, UserState>();
  for (const { userId, raw, name, password, privilege, card, group } of terminal.users()) {
    const record = { name, password, privilege, card, group };
    held.set(userId, [...(held.get(userId) ?? []), record]);
    const before = bystanders.get(userId);
    if (before !== undefined && !before.equals(raw)) {
      const text = `nobody asked to change ${userId}: ${before.toString('hex')} became ${raw.toString('hex')}`;
      violations.push({ kind: 'wrong-user', text });
    }
  }
  for (const userId of bystanders.keys()) {
    if (!held.has(userId))
      violations.push({ kind: 'wrong-user', text: `nobody asked to delete ${userId}, and it is gone` });
  }
  const operations = await lookUp(evidence);
  const histories = Map.groupBy(
    [
      ...told.map(({ wish, from, to, verdict, answer, operation }): Said & { userId: string } => ({
        userId: wish.userId,
        author: 'caller',
        said: `${answer} (${operation ?? 'no operation'})`,
        from,
        to: verdict === 'open' ? Number.POSITIVE_INFINITY : to,
        change: wish.change,
        verdict,
        // Who lost the journal cannot know what was issued before.
        issuedAt: evidence.mayForget ? undefined : operations.get(operation ?? '')?.issuedAt,
      })),
      ...keypad.map((each) => ({ ...each, said: 'done' })),
    ],
    ({ userId }) => userId,
  );
  for (const [userId, history] of histories) {
    const violation = judgeUser(userId, history, held.get(userId) ?? [], at);
    if (violation !== null) violations.push(violation);
  }
  for (const [userId, records] of held) {
    if (bystanders.has(userId) && records.length > 1)
      violations.push({ kind: 'doubled', text: `${userId} is there twice` });
    if (!bystanders.has(userId) && !histories.has(userId)) {
      violations.push({ kind: 'wrong-user', text: `nobody asked for ${userId}` });
    }
  }
  for (const list of evidence.lists) {
    const wrong = evidence.history.wrongIn(list);
    if (wrong === null) continue;
    const text = `${list.table} asked for at ${at(list.from)}, answered at ${at(list.to)}: ${wrong}`;
    violations.push({ kind: 'wrong-list', text });
  }
  violations.push(...judgeOperations(evidence, operations));
  if (!evidence.mayForget) violations.push(...judgeOrder(evidence, operations));
  return violations;
}

/** Whoever was cut off between a write and its refresh makes up for it. A terminal that refuses is left alone. */
export function askedToRefresh({ log }: SimulatedTerminal): boolean {
  const written = log.findLastIndex(
    ({ command }) => command === Command.writeUser || command === Command.deleteUser,
  );
  return log.findLastIndex(({ command }) => command === Command.refreshData) > written;
}

/** No write of a change reaches the terminal once one that was issued later has. Names tell whose write it is. */
function judgeOrder({ told, namings, at }: Evidence, operations: Operations): Violation[] {
  const issues = new Map<string, number>();
  for (const { wish, operation } of told) {
    const found = operations.get(operation ?? '');
    const name = 'fields' in wish.change ? wish.change.fields.name : undefined;
    if (found !== undefined && name !== undefined) issues.set(name, found.issuedAt);
  }
  const issuedAt = ({ name }: Naming) => issues.get(name) ?? 0;
  return namings.flatMap((late, index) => {
    const other = namings
      .slice(0, index)
      .find((each) => each.userId === late.userId && issuedAt(each) > issuedAt(late) && issuedAt(late) > 0);
    if (other === undefined) return [];
    const by = issuedAt(other) - issuedAt(late);
    const text = `${late.userId} was named ${late.name} at ${at(late.at)}, after ${other.name} at ${at(other.at)}, which was issued ${by} ms later`;
    return [{ kind: 'overtaken', text } satisfies Violation];
  });
}

type Operations = ReadonlyMap<string, Found>;

/** One after the other: a busy machine must not make the cloud refuse what is only asked by the judge. */
async function lookUp({ told, caller }: Evidence): Promise<Operations> {
  const found = new Map<string, Found>();
  for (const { operation } of told) {
    if (operation === null) continue;
    for (let look = 0; look < LOOKS && !found.has(operation); look++) {
      const state = await caller.state(operation);
      if (state !== null) found.set(operation, state);
    }
  }
  return found;
}

interface Said extends Happening {
  /** What its author heard last. */
  readonly said: string;
}

function judgeUser(
  userId: string,
  history: readonly Said[],
  end: UserState,
  at: Evidence['at'],
): Violation | null {
  if (explains(history, [], end)) return null;
  const told = history
    .toSorted((one, other) => one.from - other.from)
    .map(({ author, change, verdict, from, to, said }) => {
      const fields = 'fields' in change ? ` ${JSON.stringify(change.fields)}` : '';
      const until = to === Number.POSITIVE_INFINITY ? 'never' : at(to);
      return `\n      ${author} ${change.kind}${fields}: ${verdict}, ${said}, ${at(from)} to ${until}`;
    });
  const holds = `the terminal holds ${userId} as ${keyOf(end)}, which no order of these explains:${told.join('')}`;
  const unordered = history.map((each) => ({ ...each, issuedAt: undefined }));
  if (explains(unordered, [], end)) return { kind: 'overtaken', text: holds };
  if (end.length > 1 && !history.some(({ change }) => change.kind === 'double'))
    return { kind: 'doubled', text: holds };
  if (history.every(({ author }) => author === KEYPAD)) return { kind: 'wrong-user', text: holds };
  const doubted = unordered.map((each) =>
    each.author === 'caller' && each.verdict !== 'ok' ? { ...each, verdict: 'open' as const } : each,
  );
  return { kind: explains(doubted, [], end) ? 'untrue' : 'lost', text: holds };
}

/** Every operation that a caller was told of has an end, in its time, and it is the one that the caller was told. */
function judgeOperations({ told, mayForget }: Evidence, operations: Operations): Violation[] {
  const violations: Violation[] = [];
  for (const { operation, verdict, wish, answer, to } of told) {
    const what = `${operation} (${wish.change.kind} ${wish.userId})`;
    if (verdict === 'open' && !mayForget) {
      violations.push({ kind: 'unsettled', text: `${what} has no end, the last answer was ${answer}` });
    }
    if (operation === null || verdict === 'open') continue;
    const found = operations.get(operation);
    const succeeded = found?.state === 'succeeded';
    if (succeeded !== (verdict === 'ok')) {
      const text = `${what} is ${found?.state ?? 'not to be found'}, the caller was told ${verdict} (${answer})`;
      violations.push({ kind: 'disagrees', text });
    }
    const age = performance.timeOrigin + to - (found?.issuedAt ?? 0);
    if (found?.state === 'expired' && age < START_WITHIN_MS) {
      violations.push({
        kind: 'early',
        text: `${what} was called expired ${age.toFixed(0)} ms after its issue`,
      });
    }
  }
  return violations;
}
