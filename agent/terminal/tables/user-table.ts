// Whether a table of users is believed: it must agree with everything else that is known, and is never guessed at.
import type { Phrase } from '../../../shared/words.ts';
import { allMakeSense, mostHaveBadges, USER_WIDTHS, type UserWidth } from '../../zk/user-width.ts';

/** What else is known of the table. */
export interface TableFacts {
  /** Users as command 50 counts them; null where it counts none: zero is not "empty". */
  readonly count: number | null;
  /** As an operator states it. */
  readonly stated: UserWidth | null;
  /** As an earlier table of this terminal has shown it. */
  readonly learnt: UserWidth | null;
  readonly transport: 'tcp' | 'udp';
}

export type TableVerdict =
  | {
      readonly kind: 'believed';
      readonly width: UserWidth;
      /** False where the terminal's own count is another one: it proves nothing then. */
      readonly agrees: boolean;
    }
  | {
      readonly kind: 'refused';
      readonly code: 'dialect_unknown' | 'device_contradicts';
      readonly problem: Phrase;
      readonly params: Readonly<Record<string, number>>;
    };

/** Widths that records of a device not known here might have, bytes: of words, as all records of users are. */
const OTHER_WIDTHS = { least: 16, most: 512, step: 4 } as const;

/** The verdict on the bytes of a table, without its length prefix. */
export function judgeTable(set: Buffer, { count, stated, learnt, transport }: TableFacts): TableVerdict {
  const { length } = set;
  const believed = (width: UserWidth): TableVerdict => {
    return { kind: 'believed', width, agrees: count === null || count * width === length };
  };
  if (length === 0) return judgeEmpty(count, stated ?? learnt, transport);
  if (stated !== null) {
    if (length % stated === 0) return believed(stated);
    return contradicts('@users_not_whole', { got: length, max: stated });
  }
  const fitting = USER_WIDTHS.filter((width) => length % width === 0);
  const counted = fitting.find((width) => count !== null && count * width === length);
  if (counted !== undefined && mostHaveBadges(set, counted)) return believed(counted);
  if (learnt !== null && fitting.includes(learnt) && mostHaveBadges(set, learnt)) return believed(learnt);
  const each = count === null ? 0 : length / count;
  const isKnown = USER_WIDTHS.some((width) => width === each);
  if (!isKnown && each % OTHER_WIDTHS.step === 0 && each >= OTHER_WIDTHS.least && each <= OTHER_WIDTHS.most) {
    return unknown('@users_width', { got: each });
  }
  const [sensible, another] = fitting.filter((width) => allMakeSense(set, width));
  if (sensible === undefined) return unknown('@users_nonsense', { got: length });
  return another === undefined ? believed(sensible) : unknown('@users_layouts', {});
}

/** Every terminal known that speaks TCP has 72-byte records; an empty table tells nothing else. */
function judgeEmpty(
  count: number | null,
  known: UserWidth | null,
  transport: TableFacts['transport'],
): TableVerdict {
  if (count !== null) return contradicts('@users_vanished', { got: count });
  const width = known ?? (transport === 'tcp' ? 72 : null);
  return width === null ? unknown('@users_empty', {}) : { kind: 'believed', width, agrees: true };
}

function unknown(problem: Phrase, params: Readonly<Record<string, number>>): TableVerdict {
  return { kind: 'refused', code: 'dialect_unknown', problem, params };
}

function contradicts(problem: Phrase, params: Readonly<Record<string, number>>): TableVerdict {
  return { kind: 'refused', code: 'device_contradicts', problem, params };
}
