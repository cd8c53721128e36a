// The doctor checks a terminal's clock: wrong, or right in another time zone than the configured one.
import type { DeviceSettings } from '../devices/settings.ts';
import { skewOf } from '../terminal/session/zone.ts';
import { about, type Finding } from './finding.ts';

/** A clock that is off by more than this records punches at the wrong minute. */
const SKEW_MS = 60_000;
const HALF_HOUR_MS = 1_800_000;

/**
 * `time` as the terminal shows it, null for an impossible date; `now`: the cloud's, where this machine's differs. A
 * clock that is off by whole or half hours is right for people who look at it: setting it would be the mistake.
 */
export function examineTerminalClock(
  { id, timezone, source }: Pick<DeviceSettings, 'id' | 'timezone' | 'source'>,
  time: string | null,
  now: number,
): Finding[] {
  const finding = about(`terminal ${id}`);
  const sync = `POST /devices/${id}/sync-time`;
  if (time === null) return [finding.warning('Its clock shows a date that never was.', sync)];
  const skew = skewOf(time, timezone, now);
  if (Math.abs(skew) <= SKEW_MS) return [];
  const side = skew < 0 ? 'behind' : 'ahead of';
  const halves = Math.round(skew / HALF_HOUR_MS);
  if (halves !== 0 && Math.abs(skew - halves * HALF_HOUR_MS) <= SKEW_MS) {
    const found = `Its clock shows ${time}, ${hours(Math.abs(halves))} ${side} ${timezone}.`;
    const where =
      source === 'file' ? `'timezone' of '${id}' in agent.yaml` : `"timezone" by PUT /devices/${id}`;
    return [
      finding.warning(found, `Set ${where} to the zone in which its clock runs; leave the clock as it is.`),
    ];
  }
  const off = `${Math.round(Math.abs(skew) / 1000)} s ${side} ${timezone}`;
  return [finding.warning(`Its clock shows ${time}, ${off}.`, sync)];
}

function hours(halves: number): string {
  const number = `${halves / 2}`;
  return number === '1' ? '1 hour' : `${number} hours`;
}
