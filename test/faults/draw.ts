// Draws the strokes of one kind of fault: how many, when, how long.
import type { Random } from '../terminal/random.ts';
import type { SetAnew } from '../terminal/state.ts';
import type { Fault } from '../terminal/terminal.ts';
import {
  BEFORE_OR_AFTER,
  type Death,
  type FaultKind,
  type JournalMoment,
  type Stroke,
  type TerminalFaultKind,
  type Trigger,
} from './acts.ts';
import type { Doubled, Wanting } from './people.ts';
import { JOURNAL_POINTS } from './preload/database-death.ts';

/** Protocol commands of a write, in the order in which a terminal sees them. */
const WRITE_COMMANDS = [1000, 50, 1503, 1003, 50, 8, 18, 1501, 110, 110, 1013, 50, 1002] as const;
/** Between what an agent reads of the table and what it writes. */
const READ_TO_WRITE = [1503, 50, 1003, 1003, 8] as const;
const WRITES = [8, 18, 110] as const;
/** A second connect would be another conversation. */
const AFTER_CONNECT = [50, 1503, 1003, 50, 8, 18, 1501, 110, 1013, 1002] as const;
const SPREAD_MS = 1800;
/** Badges of schedules have six digits. */
const SETTINGS: readonly [SetAnew, ...SetAnew[]] = [
  { pin2Width: 5 },
  { pin2Width: 24 },
  { letters: true },
  { firmware: 'Ver 8.0.4.7 Nov 3 2025' },
];

export interface DrawnFor {
  readonly random: Random;
  readonly isUdp: boolean;
  /** Strikes at the latest when something happens for this many-th time. */
  readonly latest: number;
  /** What somebody at the keypad is about to do. */
  readonly atKeypad: () => Wanting;
  /** Whose badge gets a second record, and what name that bears. */
  readonly doubled: () => Doubled;
}

/** The strokes of one fault. What happens to handlers and callers is part of the callers' manners instead. */
export function strokesOf(kind: FaultKind, drawn: DrawnFor): Stroke[] {
  const { random } = drawn;
  const when = triggerOf(drawn);
  switch (kind) {
    case 'handler-killed':
    case 'caller-gone':
      return [];
    case 'agent-killed':
    case 'power-cut':
      return Array.from({ length: random.between(1, 3) }, () => deathOf({ kind }, drawn));
    case 'agent-stopped':
    case 'broker-restarted':
    case 'line-cut':
    case 'journal-wiped':
      return [{ when, act: { kind } }];
    case 'disk-full':
    case 'disk-read-only':
      return [{ when, act: { kind, forMs: random.between(200, 2000) } }];
    case 'second-agent':
    case 'agent-copied':
      // It takes a while to start, and shall meet callers at work.
      return [
        {
          when: { afterMs: random.between(0, 400) },
          act: { kind, forMs: random.between(1000, 2400), restart: random.next() < 0.7 },
        },
      ];
    case 'clock-stepped':
      return Array.from({ length: random.between(1, 2) }, () => ({
        when: triggerOf(drawn),
        act: { kind, aheadMs: random.pick([-600_000, 600_000]) },
      }));
    case 'terminal-rebooted':
      return [{ when, act: { kind, awayMs: random.between(0, 1200) } }];
    case 'badge-doubled':
      return Array.from({ length: random.between(1, 3) }, () => ({
        when: doublingOf(drawn),
        act: { kind, ...drawn.doubled(), forMs: random.between(100, 3000) },
      }));
    case 'set-anew':
      return [
        {
          when,
          act: {
            kind,
            changes: random.pick(SETTINGS),
            awayMs: random.next() < 0.5 ? null : random.between(0, 300),
            forMs: random.between(500, 3000),
          },
        },
      ];
    case 'connect-declined':
    case 'place-taken':
      return [{ when, act: { kind, forMs: random.between(100, 1500) } }];
    case 'keypad':
      return Array.from({ length: random.between(2, 6) }, () => keypadStroke(drawn));
    case 'message-lost':
    case 'message-doubled':
    case 'message-late':
    case 'message-swapped':
    case 'reply-lost':
    case 'reply-unanswered':
    case 'row-lost':
    case 'row-doubled':
    case 'row-late':
    case 'row-swapped':
      return [{ when, act: { kind, times: random.between(1, 4), ms: random.between(20, 4000) } }];
    default:
      return [
        {
          when,
          act: {
            kind: 'terminal-fault',
            fault: terminalFault(kind.slice('terminal-'.length) as TerminalFaultKind, drawn),
            forMs: random.between(100, 2000),
          },
        },
      ];
  }
}

/** Somebody at the keypad, most often in the moment between reading and writing. */
export function keypadStroke(drawn: DrawnFor): Stroke {
  const { random, atKeypad } = drawn;
  const when =
    random.next() < 0.6
      ? { command: random.pick(READ_TO_WRITE), nth: random.between(1, 8), delayMs: 0 }
      : triggerOf(drawn);
  return { when, act: { kind: 'keypad', ...atKeypad() } };
}

/** Mostly between what an agent reads and what it writes. */
function doublingOf(drawn: DrawnFor): Trigger {
  const { random } = drawn;
  if (random.next() < 0.4) return triggerOf(drawn);
  return { command: random.pick(READ_TO_WRITE), nth: random.between(1, 8), delayMs: 0 };
}

function triggerOf({ random, latest }: DrawnFor): Trigger {
  if (random.next() < 0.4) return { afterMs: random.between(0, SPREAD_MS) };
  return {
    command: random.pick(WRITE_COMMANDS),
    nth: random.between(1, latest),
    delayMs: random.next() < 0.6 ? 0 : random.between(0, 25),
  };
}

/** Half of the deaths come at a state of the journal, some as soon as anybody outside can know of it. */
function deathOf(act: Death, drawn: DrawnFor): Stroke {
  const { random, latest } = drawn;
  const dice = random.next();
  if (dice < 0.5) {
    const moment: JournalMoment = { journal: random.pick(JOURNAL_POINTS), nth: random.between(1, latest) };
    return { when: moment, act };
  }
  if (dice < 0.65) {
    const sign = random.pick(['puback', 'row'] as const);
    return { when: { sign, nth: random.between(1, latest), delayMs: random.pick([0, 0, 5]) }, act };
  }
  return { when: triggerOf(drawn), act };
}

function terminalFault(kind: TerminalFaultKind, { random, isUdp }: DrawnFor): Fault {
  const times = random.between(1, 3);
  const isAfter = random.next() < 0.5 && BEFORE_OR_AFTER.includes(kind);
  const when = isAfter ? { when: 'after-effect' as const } : {};
  const command = random.next() < 0.8 ? { command: random.pick(WRITE_COMMANDS) } : {};
  switch (kind) {
    case 'ack-without-effect':
      // A terminal that lies about a write is found out; one that lies about its lock cannot be.
      return { kind, times, command: random.pick(WRITES) };
    case 'full':
      return { kind, times, ...when };
    case 'refuse':
      // What matters most of a refusal is whether the write was kept.
      return { kind, times, ...when, ...(random.next() < 0.5 ? { command: random.pick(WRITES) } : command) };
    case 'request-twice':
      // Only datagrams do; on a stream the answer comes twice.
      return isUdp
        ? { kind, times, command: random.pick(AFTER_CONNECT) }
        : { kind: 'duplicate', times, ...command };
    case 'cut-after-bytes':
      return { kind, times, ...command, afterBytes: random.between(0, 400) };
    case 'delay':
      return { kind, times, ...command, ...when, ms: random.between(50, 1800) };
    default:
      return { kind, times, ...command, ...when };
  }
}
