// The terminal's clock: a wall clock without a zone, and the packed time of the protocol (docs/protocol.md, Attendance records).

const DAY_SECONDS = 86_400;

/** `YYYY-MM-DDTHH:MM:SS` of the years 2000–2132 → packed u32. Throws RangeError on anything else. */
export function packTime(iso: string): number {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$/.exec(iso);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts?.slice(1).map(Number) ?? [];
  if (year < 2000 || year > 2132) throw new RangeError(`not a time of this clock: '${iso}'`);
  return (((year - 2000) * 12 + month - 1) * 31 + day - 1) * DAY_SECONDS + hour * 3600 + minute * 60 + second;
}

/** Packed u32 → `YYYY-MM-DDTHH:MM:SS`, or null for an impossible date. */
export function unpackTime(packed: number): string | null {
  const seconds = packed % DAY_SECONDS;
  const days = Math.floor(packed / DAY_SECONDS);
  const date = {
    year: 2000 + Math.floor(days / 372),
    month: (Math.floor(days / 31) % 12) + 1,
    day: (days % 31) + 1,
  };
  const iso = new Date(Date.UTC(date.year, date.month - 1, date.day, 0, 0, seconds))
    .toISOString()
    .slice(0, 19);
  return Number(iso.slice(8, 10)) === date.day ? iso : null;
}

/** Runs from whatever it was set to; nothing corrects it from outside. */
export class WallClock {
  #aheadMs: number;

  /** Starts `offsetSeconds` ahead of this machine's local time. */
  constructor(offsetSeconds: number) {
    const now = new Date();
    this.#aheadMs = offsetSeconds * 1000 - now.getTimezoneOffset() * 60_000;
  }

  /** `YYYY-MM-DDTHH:MM:SS`. */
  now(): string {
    return new Date(Date.now() + this.#aheadMs).toISOString().slice(0, 19);
  }

  /** Throws RangeError on what the protocol's clock cannot hold. */
  set(iso: string): void {
    packTime(iso);
    this.#aheadMs = Date.parse(`${iso}Z`) - Date.now();
  }
}
