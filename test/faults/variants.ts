// The terminals of the campaign: as different as the ones in the field.
import type { TerminalSettings } from '../terminal/terminal.ts';

const PEOPLE = 12;

export const VARIANTS = {
  plain: {},
  refusing: { timedDisable: 'refused', counters: 'short' },
  ignoring: { timedDisable: 'ignored', oplogCountsWrites: false },
  countless: { counters: 'none' },
  chopped: { split: { min: 1, max: 40 }, bulk: 'chunked', frameBytes: 200, eventsBetween: true },
  narrow: { width: 28, pin2Width: 9, oneClient: 'close' },
  datagram: { transport: 'udp', oneClient: 'silent', udpIdleMs: 1500 },
} as const satisfies Record<string, TerminalSettings>;
export type VariantName = keyof typeof VARIANTS;

export const VARIANT_NAMES = Object.keys(VARIANTS) as VariantName[];

/** What the terminal of this variant is started with; `serial` makes its contents its own. */
export function settingsOf(name: VariantName, serial: number): TerminalSettings {
  return { users: PEOPLE, seed: serial + 1, serialNumber: `SIM-${name}`, logLimit: 5000, ...VARIANTS[name] };
}
