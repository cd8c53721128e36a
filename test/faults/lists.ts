// Somebody who reads lists while others write, and whether each list is one that the terminal has held at that time.
import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import type { Timeline } from './timeline.ts';

/** How soon after the last list the next one is asked for. */
const PAUSE_MS = 150;
const PATIENCE_MS = 30_000;

type Table = 'users' | 'attendance';

interface Row {
  readonly uid?: number;
  readonly user_id: string;
  readonly name?: string;
  readonly privilege?: number;
  readonly card?: number;
  readonly timestamp?: string;
  readonly status?: number;
  readonly punch?: number;
}

/** A list as it was answered with 200; times by `performance.now()`. */
export interface ListTold {
  readonly table: Table;
  readonly from: number;
  readonly to: number;
  readonly total: number;
  readonly rows: readonly string[];
}

const rowOf: Record<Table, (row: Row) => string> = {
  users: ({ uid, user_id, name, privilege, card }) => [uid, user_id, name, privilege, card].join('|'),
  // Who has punched is nobody whom a schedule changes, so a punch that bears a uid alone has its badge all the while.
  attendance: ({ user_id, timestamp, status, punch }) => [user_id, timestamp, status, punch].join('|'),
};

/** What the terminal holds, in the words of the API. */
function rowsHeld(terminal: SimulatedTerminal, table: Table): string[] {
  const rows: Row[] =
    table === 'users'
      ? terminal
          .users()
          .map(({ uid, userId, name, privilege, card }) => ({ uid, user_id: userId, name, privilege, card }))
      : terminal.attendance().map(({ userId, time, verify, state }) => ({
          user_id: userId,
          timestamp: time ?? '',
          status: verify,
          punch: state,
        }));
  return rows.map(rowOf[table]).sort();
}

/** What a terminal has held, and when. */
export class History {
  readonly #terminal: SimulatedTerminal;
  readonly #states: { readonly from: number; readonly users: string }[] = [];
  readonly #unwatch: () => void;

  constructor(terminal: SimulatedTerminal) {
    this.#terminal = terminal;
    this.#note();
    this.#unwatch = terminal.watch(() => this.#note());
  }

  leave(): void {
    this.#unwatch();
  }

  /** Null if it is what the terminal has held at some moment between question and answer; else what is wrong with it. */
  wrongIn({ table, from, to, rows, total }: ListTold): string | null {
    if (total !== rows.length) return `${total} in all, and ${rows.length} rows`;
    const told = JSON.stringify([...rows].sort());
    if (table === 'attendance') {
      const held = JSON.stringify(rowsHeld(this.#terminal, table));
      return told === held ? null : differences(held, told);
    }
    const held = this.#states.filter((state, index) => {
      const until = this.#states[index + 1]?.from ?? Number.POSITIVE_INFINITY;
      return state.from <= to && until >= from;
    });
    return held.some(({ users }) => users === told) ? null : differences(held.at(-1)?.users ?? '[]', told);
  }

  #note(): void {
    const users = JSON.stringify(rowsHeld(this.#terminal, 'users'));
    if (this.#states.at(-1)?.users !== users) this.#states.push({ from: performance.now(), users });
  }
}

function differences(held: string, told: string): string {
  const [there, said] = [held, told].map((text) => new Set(JSON.parse(text) as string[])) as [
    Set<string>,
    Set<string>,
  ];
  const missing = [...there].filter((row) => !said.has(row));
  const invented = [...said].filter((row) => !there.has(row));
  return `missing ${JSON.stringify(missing)}, invented or old ${JSON.stringify(invented)}`;
}

export interface ListReaderPorts {
  readonly url: string;
  readonly token: string;
  readonly device: string;
}

/** One list; null where it was not answered with 200. */
export async function readList(
  { url, token, device }: ListReaderPorts,
  table: Table,
  query = '',
): Promise<ListTold | null> {
  const from = performance.now();
  try {
    const response = await fetch(`${url}/devices/${device}/${table}${query}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const body = (await response.json()) as { readonly total: number; readonly data: readonly Row[] };
    if (response.status !== 200) return null;
    return { table, from, to: performance.now(), total: body.total, rows: body.data.map(rowOf[table]) };
  } catch {
    return null;
  }
}

/** Reads lists in turn until `end` is aborted. */
export async function readOn(
  ports: ListReaderPorts,
  timeline: Timeline,
  end: AbortSignal,
): Promise<ListTold[]> {
  const told: ListTold[] = [];
  for (let turn = 0; !end.aborted; turn++) {
    const table = turn % 4 === 3 ? 'attendance' : 'users';
    const list = await readList(ports, table, turn % 4 === 1 ? '?refresh=true' : '');
    timeline.note(`reader ${table} → ${list === null ? 'no list' : `${list.total} rows`}`);
    if (list !== null) told.push(list);
    await sleep(PAUSE_MS, undefined, { signal: end }).catch(() => {});
  }
  return told;
}
