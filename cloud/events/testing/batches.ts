// Batches as agents send them, taken in by the real intake function.
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { PunchEvent } from '../../../shared/wire/events.ts';
import { handler as intake } from '../../functions/intake.ts';

/** A tenant that no other test knows. */
export function newTenant(): string {
  return `t-${randomUUID().slice(0, 18)}`;
}

export interface Punched {
  readonly local: string;
  readonly user?: string;
  readonly device?: string;
  readonly offset?: string;
  readonly punch?: number;
}

let lastId = 0;

export function punched({
  local,
  user = '7',
  device = 'principal',
  offset = '-04:00',
  punch = 0,
}: Punched): PunchEvent {
  return {
    type: 'punch',
    id: `punch_${String(++lastId).padStart(8, '0')}`,
    device,
    serial: 'CJ8H204560123',
    user_id: user,
    local,
    at: Date.parse(local + offset),
    status: 1,
    punch,
    source: 'log',
  };
}

export async function take(tenant: string, events: readonly unknown[], site = 'norte'): Promise<void> {
  for (let at = 0; at < events.length; at += 500) {
    const part = events.slice(at, at + 500);
    const batch = { v: 1, journal: randomUUID(), seq: part.length, sentAt: 0, events: part };
    const body = gzipSync(JSON.stringify(batch)).toString('base64');
    await intake({ kind: 'events', tenant, site, at: Date.now(), body });
  }
}
