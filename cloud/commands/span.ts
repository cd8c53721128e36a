// A span of time as ids: those of commands and jobs begin with the moment at which they were asked for.
import { encodeTime } from 'ulid';

const RANDOM_CHARACTERS = 16;

export interface Span {
  /** Epoch ms, both included. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** The first id that there can be at a moment. */
function firstAt(at: number): string {
  return encodeTime(Math.max(0, at)).concat('0'.repeat(RANDOM_CHARACTERS));
}

/** Before which id a list of that span begins, newest first; `after`: where the page before has ended. */
export function startOf({ to }: Span, after: string | undefined): string | undefined {
  const end = to === undefined ? undefined : firstAt(to + 1);
  if (end === undefined || after === undefined) return end ?? after;
  return after < end ? after : end;
}

/** Whether something of that id is older than the span. */
export function isBefore({ from }: Span, id: string): boolean {
  return from !== undefined && id < firstAt(from);
}
