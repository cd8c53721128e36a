// How large a table may be: what the terminal says it can hold, and what no terminal can exceed.
import type { Room } from './counters.ts';

export type SetName = 'users' | 'templates' | 'attendance' | 'oplog';

/** Bytes of the widest record that is known; of a template, more than any has. */
const WIDEST: Readonly<Record<SetName, number>> = { users: 72, templates: 4096, attendance: 49, oplog: 32 };

/**
 * Most records that are believed whatever a terminal says. A uid has 16 bits; the largest terminals on the market are
 * sold for a million punches, and for 10,000 fingers.
 */
const MOST_RECORDS: Readonly<Record<SetName, number>> = {
  users: 65_535,
  templates: 100_000,
  attendance: 1_000_000,
  oplog: 1_000_000,
};

/** Most bytes of a table that are believed whatever a terminal says. */
const MOST_BYTES: Readonly<Record<SetName, number>> = {
  users: MOST_RECORDS.users * WIDEST.users,
  templates: 40_000_000,
  attendance: MOST_RECORDS.attendance * WIDEST.attendance,
  oplog: MOST_RECORDS.oplog * WIDEST.oplog,
};

const PREFIX = 4;

/** Most records of a table. `capacity`: what the terminal says it can hold; zero tells nothing. */
export function mostRecords(name: SetName, capacity: Room | undefined): number {
  const said = {
    users: capacity?.users,
    templates: capacity?.fingers,
    attendance: capacity?.records,
    oplog: 0,
  };
  return Math.min(said[name] || MOST_RECORDS[name], MOST_RECORDS[name]);
}

/** Most bytes of a table, its length prefix included. */
export function mostBytes(name: SetName, capacity: Room | undefined): number {
  return PREFIX + Math.min(mostRecords(name, capacity) * WIDEST[name], MOST_BYTES[name]);
}
