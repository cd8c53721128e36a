// What is wrong with the agent of a branch, and since when: noted with each hello, read with the row of the branch.
import { isClockOff, isDiskLow } from '../../shared/domain/agent-health.ts';
import { AGENT_TROUBLES, type AgentTrouble } from '../../shared/domain/agent-troubles.ts';
import { troubledAt } from '../../shared/domain/certificate.ts';
import type { SiteHello } from './directory.ts';
import type { SiteRow } from './rows.ts';

type Noted = Pick<SiteRow, 'diskLowSince' | 'clockOffSince'>;

/** How disk and clock stand after a hello; what it does not tell stays as it was. */
export function troublesAfter(
  row: Noted | null,
  { disk, clockOffsetMs }: Pick<SiteHello, 'disk' | 'clockOffsetMs'>,
  now: number,
): Required<Noted> {
  const { diskLowSince = null, clockOffSince = null } = row ?? {};
  const isLow = disk === null ? diskLowSince !== null : isDiskLow(disk, diskLowSince !== null);
  const isOff =
    clockOffsetMs === null ? clockOffSince !== null : isClockOff(clockOffsetMs, clockOffSince !== null);
  return {
    diskLowSince: isLow ? (diskLowSince ?? now) : null,
    clockOffSince: isOff ? (clockOffSince ?? now) : null,
  };
}

/** Since when each trouble is there, epoch ms; null where it is not. */
export function troublesOf(row: SiteRow, now: number): Readonly<Record<AgentTrouble, number | null>> {
  const since =
    row.certificate === null || row.certificate === undefined ? null : troubledAt(row.certificate);
  return {
    clock: row.clockOffSince ?? null,
    disk: row.diskLowSince ?? null,
    certificate: since !== null && since <= now ? since : null,
  };
}

/** Those that are there. */
export function namesOfTroubles(row: SiteRow, now: number): AgentTrouble[] {
  const troubles = troublesOf(row, now);
  return AGENT_TROUBLES.filter((name) => troubles[name] !== null);
}
