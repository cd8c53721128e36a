// What is asked about a visitor, and the identifier that it becomes.
import type { Item, Kind } from './identifier-data.ts';

export interface Visitor {
  device: string | null;
  kind: Kind;
  name: string;
  number: string;
  /** As a field for date and time has it: `2026-11-23T08:00`, by this computer's clock. */
  from: string;
  to: string;
  passes: number | string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A moment as a field for date and time has it. */
export function fieldOf(at: Date): string {
  const local = new Date(at.getTime() - at.getTimezoneOffset() * MINUTE_MS);
  return local.toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length);
}

/** So many hours after `from`. */
export function later(from: string, hours: number): string {
  return fieldOf(new Date(new Date(from).getTime() + hours * HOUR_MS));
}

function seconds(field: string): number {
  return Math.floor(new Date(field).getTime() / 1000);
}

export function itemOfVisitor({ name, from, to, passes }: Visitor): Item {
  const most = typeof passes === 'number' ? passes : Number.parseInt(passes, 10);
  return {
    identifier_owner: { type: 'guest', name: name.trim() },
    lock: 'all',
    valid: {
      time: { is_permanent: false, from: seconds(from), to: seconds(to) },
      passes: Number.isNaN(most) ? { is_permanent: true } : { is_permanent: false, max_passes: most },
    },
  };
}
