// What one terminal can do and hold: one table, filled at first contact, kept over restarts, overridden by agent.yaml.
import * as z from 'zod';
import type { DialectOverrides } from '../../../shared/domain/device.ts';
import type { UserLimits } from '../../../shared/domain/limits.ts';
import type { UserWidth } from '../../zk/users.ts';

const learntSchema = z.strictObject({
  /** Serial number and firmware: whose dialect this is. Empty where the terminal tells neither. */
  identity: z.string(),
  /** False for a terminal that is silent when asked for options. */
  options: z.boolean(),
  /** Bytes of a user record; null until a table that tells it has been read. */
  userWidth: z.literal([28, 72]).nullable(),
  /** Digits of a badge number as the terminal tells it; null where it does not. */
  userIdWidth: z.int().min(1).max(24).nullable(),
  lettersInUserId: z.boolean(),
  /** False once the terminal has refused the seconds of a timed disable. */
  timedDisable: z.boolean(),
  /** False if command 50 tells nothing; null until asked. */
  counters: z.boolean().nullable(),
  /**
   * Whether its counters tell of every change: true once they were seen to move with a write of ours, false once they did
   * not; null until then.
   */
  counting: z.boolean().nullable().default(null),
  /** True once a write could be seen only after the refresh (1013), or the refresh itself moved the counters. */
  showsAfterRefresh: z.boolean().default(false),
  /** Whether it takes many users at once (110): true once its table has shown it; null: not known. */
  bulkWrite: z.boolean().nullable().default(null),
  /** Highest uid that it takes, once it has refused a higher one; null: none is known. */
  highestUid: z.int().min(1).max(65_534).nullable().default(null),
  /** True if it asks for the comm key when somebody connects. */
  asksCommKey: z.boolean(),
});
/** What the terminal itself has shown. */
export type Learnt = z.infer<typeof learntSchema>;

/** What the agent goes by: what was learnt, under what agent.yaml states. */
export interface Dialect extends Omit<Learnt, 'userIdWidth'> {
  readonly userIdWidth: number;
  readonly nameBytes: number | null;
  /** Whether a conversation that is kept open would lock others out. */
  readonly oneClient: boolean;
}

/** Options as the terminal answers them (docs/protocol.md); null where it has none. */
export interface TerminalOptions {
  readonly pin2Width: string | null;
  readonly abcPin: string | null;
}

/** Badge digits where the terminal does not say: what every known firmware holds. */
export const DEFAULT_USER_ID_WIDTH = 9;
const WIDTH_OF_28 = 10;

/** What is known of a terminal that has only told its options, if those. */
export function firstLearnt(
  identity: string,
  { pin2Width, abcPin }: TerminalOptions,
  { options, asksCommKey }: Pick<Learnt, 'options' | 'asksCommKey'>,
): Learnt {
  const told = Number(pin2Width);
  const isWidth = Number.isInteger(told) && told >= 1 && told <= 24;
  return {
    identity,
    options,
    userWidth: null,
    userIdWidth: isWidth ? told : null,
    lettersInUserId: abcPin === '1',
    timedDisable: true,
    counters: null,
    counting: null,
    showsAfterRefresh: false,
    bulkWrite: null,
    highestUid: null,
    asksCommKey,
  };
}

/** What is known of a terminal that was met before, and has told its options again; see `firstLearnt`. */
export function learntAgain(
  known: Learnt | null,
  identity: string,
  options: TerminalOptions,
  manners: Pick<Learnt, 'options' | 'asksCommKey'>,
): Learnt {
  const told = firstLearnt(identity, options, manners);
  if (known === null) return told;
  return {
    ...known,
    ...manners,
    userIdWidth: told.userIdWidth ?? known.userIdWidth,
    // Where the option is missing, what its table has shown counts.
    lettersInUserId: options.abcPin === null ? known.lettersInUserId : told.lettersInUserId,
  };
}

/** What was written down of a terminal, or null if it cannot be read: then it is learnt anew. */
export function parseLearnt(text: string | null): Learnt | null {
  if (text === null) return null;
  try {
    return learntSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The dialect to go by: an operator's word weighs more than what was found out. */
export function dialectOf(learnt: Learnt, overrides: DialectOverrides): Dialect {
  const userWidth = overrides.user_record ?? learnt.userWidth;
  const fallback = userWidth === 28 ? WIDTH_OF_28 : DEFAULT_USER_ID_WIDTH;
  return {
    ...learnt,
    userWidth,
    userIdWidth: overrides.user_id_width ?? learnt.userIdWidth ?? fallback,
    lettersInUserId: overrides.letters_in_user_id ?? learnt.lettersInUserId,
    nameBytes: overrides.name_bytes ?? null,
    // A refusal of the seconds is a fact; an operator can only say that it ignores them.
    timedDisable: learnt.timedDisable && overrides.timed_disable !== false,
    counters: overrides.counters === false ? false : learnt.counters,
    bulkWrite: overrides.bulk_write === false ? false : learnt.bulkWrite,
    oneClient: overrides.one_client ?? true,
  };
}

/** What a user may be on this terminal (docs/api.md, limits; the widths of records are in docs/protocol.md). */
export function limitsOf(dialect: Dialect, width: UserWidth): UserLimits {
  const wide = width === 72;
  const nameBytes = wide ? 24 : 8;
  return {
    nameBytes: Math.min(dialect.nameBytes ?? nameBytes, nameBytes),
    passwordBytes: wide ? 8 : 5,
    userIdWidth: dialect.userIdWidth,
    lettersInUserId: wide && dialect.lettersInUserId,
    numericUserId: !wide,
  };
}
