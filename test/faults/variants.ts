// The terminals of the campaign: as different as the ones in the field.
import type { TerminalSettings } from '../terminal/terminal.ts';

const PEOPLE = 12;
const PUNCHES = 60;
/** Datagrams are lost in bursts, in both directions; some come twice or late. */
export const STORM = { burstBegins: 0.01, burstGoesOn: 0.5, doubled: 0.005, overtaken: 0.01 };

export const VARIANTS = {
  plain: {},
  refusing: { timedDisable: 'refused', counters: 'short', showsAfterRefresh: true, bulkWrite: 'unknown' },
  ignoring: { timedDisable: 'ignored', oplogCountsWrites: false, bulk: 'chunked' },
  countless: { counters: 'none', bulkWrite: 'stops' },
  chopped: { split: { min: 1, max: 40 }, bulk: 'chunked', frameBytes: 200, eventsBetween: true },
  narrow: { width: 28, pin2Width: 9, oneClient: 'close', attendanceWidth: 8 },
  contradicting: { countersSay: { users: 5, oplog: 77 } },
  // Its uids are used up within a few schedules: those that are free again must do.
  topped: { highestUid: PEOPLE + 24, oplogCountsRefresh: true, bulkWrite: 'mislays' },
  // Its tables are larger than what it grants at once.
  pieces: { users: 40, bulk: 'chunked', chunkLimit: { tcp: 1024 }, chunkAnswer: 'bare', bulkWrite: 'loses' },
  // Of many users at once it leaves some out, and says nothing of it.
  forgetful: { bulkWrite: 'skips' },
  datagram: { transport: 'udp', oneClient: 'silent', udpIdleMs: 1500 },
  stormy: { transport: 'udp', datagrams: STORM, datagramsIn: STORM },
  'stormy-narrow': {
    transport: 'udp',
    width: 28,
    attendanceWidth: 16,
    bulk: 'prepared',
    // Small tables, too, are runs of several pieces.
    datagramBytes: 128,
    datagrams: STORM,
    datagramsIn: STORM,
  },
  'stormy-pieces': {
    transport: 'udp',
    users: 40,
    bulk: 'chunked',
    chunkLimit: { udp: 1024 },
    datagrams: STORM,
    datagramsIn: STORM,
  },
} as const satisfies Record<string, TerminalSettings>;
export type VariantName = keyof typeof VARIANTS;

export type Transport = 'tcp' | 'udp';

export function transportOf(name: VariantName): Transport {
  return 'transport' in VARIANTS[name] ? 'udp' : 'tcp';
}

export const VARIANT_NAMES = Object.keys(VARIANTS) as VariantName[];

/** What the terminal of this variant is started with; `serial` makes its contents its own. */
export function settingsOf(name: VariantName, serial: number): TerminalSettings {
  return {
    users: PEOPLE,
    attendance: PUNCHES,
    seed: serial + 1,
    serialNumber: `SIM-${name}`,
    logLimit: 5000,
    ...VARIANTS[name],
  };
}
