// Tells an agent that its hello named devices that another site holds.
import { ulid } from 'ulid';
import type { ArgsOf } from '../../shared/wire/operations.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { Clock } from '../clock.ts';
import type { Dispatcher } from '../commands/dispatch.ts';

/** Every hello brings it again while it is true, so that it need not outlive a connection. */
const WORTH_MS = 30_000;

export async function tellRefused(
  dispatcher: Dispatcher,
  { tenant, site }: SiteAddress,
  devices: readonly string[],
  clock: Clock,
): Promise<void> {
  const now = clock.now();
  const args: ArgsOf<'device.refused'> = { devices: [...devices] };
  const command = { id: ulid(now), op: 'device.refused', issuedAt: now, notAfter: now + WORTH_MS, args };
  await dispatcher.send({ tenant, site }, command);
}
