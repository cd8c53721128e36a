// The counters of command 50, in every form that terminals answer (docs/protocol.md, Counters).
import type { TerminalState } from './state.ts';
import { hasPassword, isAdmin } from './user-record.ts';

export interface TerminalCounters {
  readonly users: number;
  readonly fingers: number;
  readonly records: number;
  readonly oplog: number;
  readonly admins: number;
  readonly passwords: number;
}

const OFFSETS = { users: 16, fingers: 24, records: 32, oplog: 40, admins: 48, passwords: 52 } as const;

/** What is true, whatever the terminal says; or by the users and the log that it `shows`. */
export function countAll(
  state: TerminalState,
  { users, oplog }: TerminalState['shown'] = { users: [...state.users.values()], oplog: state.oplog.length },
): TerminalCounters {
  let admins = 0;
  let passwords = 0;
  for (const raw of users) {
    if (isAdmin(raw)) admins += 1;
    if (hasPassword(raw, state.layout.width)) passwords += 1;
  }
  return {
    users: users.length + state.options.moreRecords.length,
    fingers: state.templates.size,
    records: state.attendance.length,
    oplog,
    admins,
    passwords,
  };
}

/** What the terminal says: 92 or 80 bytes of u32, or 4 zero bytes. */
export function encodeCounters(state: TerminalState): Buffer {
  const { counters: form, capacity } = state.options;
  if (form === 'none') return Buffer.alloc(4);
  const answer = Buffer.alloc(form === 'short' ? 80 : 92);
  const counted = countAll(state, state.shown);
  const said = {
    ...counted,
    ...(form === 'zeroRecords' ? { records: 0 } : {}),
    ...state.options.countersSay,
  };
  for (const [name, at] of Object.entries(OFFSETS)) {
    answer.writeUInt32LE(said[name as keyof TerminalCounters] ?? 0, at);
  }
  const capacities = [capacity.fingers, capacity.users, capacity.records];
  const used = [counted.fingers, counted.users, counted.records];
  for (const [index, most] of capacities.entries()) {
    answer.writeUInt32LE(most, 56 + 4 * index);
    answer.writeUInt32LE(Math.max(0, most - (used[index] ?? 0)), 68 + 4 * index);
  }
  return answer;
}
