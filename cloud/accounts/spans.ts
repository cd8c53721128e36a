// Spans of time as settings have them: `0`, `90`, `15m`, `1d`.

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/** The seconds of a span, or null if it is not one. */
export function spanSeconds(text: string): number | null {
  const [, digits, unit = 's'] = /^(\d{1,12})([smhdw])?$/.exec(text) ?? [];
  return digits === undefined ? null : Number(digits) * SECONDS[unit as keyof typeof SECONDS];
}
