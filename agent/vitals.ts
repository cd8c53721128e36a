// How the agent's own machine fares: room on the disk and what waits; and how much of a change in it is news to the cloud.
import { statfsSync } from 'node:fs';
import { type Disk, isDiskLow } from '../shared/domain/agent-health.ts';
import type { Hello } from '../shared/wire/envelope.ts';

/** A disk of which so much of all that there is has been filled or freed is told. */
const DISK_NEWS = 0.05;
/** A clock offset that has moved by less is no news. */
const OFFSET_NEWS_MS = 1000;
/** What waits and is less than this is on its way. */
const FEW = 100;

/** Room on the disk of a folder; null where the system does not say. */
export function diskOf(folder: string): Disk | null {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder);
    return { free: bavail * bsize, total: blocks * bsize };
  } catch {
    return null;
  }
}

/** What a hello says of the machine; each costs a message and a write in the cloud, so that small changes wait for one. */
export type Vitals = Pick<Hello, 'clockOffsetMs' | 'journalDepth' | 'disk' | 'eventsWaiting'>;

function isDiskNews(told: Disk | undefined, disk: Disk | undefined): boolean {
  if (told === undefined || disk === undefined) return told !== disk;
  const isLow = (one: Disk) => isDiskLow(one, false);
  return isLow(told) !== isLow(disk) || Math.abs(told.free - disk.free) > DISK_NEWS * disk.total;
}

export function isOffsetNews(told: number | null, offset: number | null): boolean {
  if (told === null || offset === null) return offset !== null;
  return Math.abs(offset - told) > OFFSET_NEWS_MS;
}

/** How many digits a queue has that is longer than common. */
function digits(waiting: number): number {
  return waiting < FEW ? 0 : Math.floor(Math.log10(waiting));
}

/** Whether the cloud should hear of it without another reason for a hello. */
export function isVitalNews(told: Vitals, now: Vitals): boolean {
  return (
    isDiskNews(told.disk, now.disk) ||
    isOffsetNews(told.clockOffsetMs, now.clockOffsetMs) ||
    digits(told.journalDepth) !== digits(now.journalDepth) ||
    digits(told.eventsWaiting ?? 0) !== digits(now.eventsWaiting ?? 0)
  );
}
