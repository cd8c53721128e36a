// Words to an agent about its hello: they hold for the connection that it came on, and want no answer.
import { ulid } from 'ulid';
import type { ArgsOf } from '../../shared/wire/operations.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { Clock } from '../clock.ts';
import type { CommandSender } from '../commands/sender.ts';

type WordName = 'device.refused' | 'site.tenure';

/** Every hello brings it again while it is true, so that it need not outlive a connection. */
const WORTH_MS = 30_000;

export async function sendWord<N extends WordName>(
  sender: CommandSender,
  { tenant, site }: SiteAddress,
  op: N,
  args: ArgsOf<N>,
  clock: Clock,
): Promise<void> {
  const now = clock.now();
  await sender.send({ tenant, site }, { id: ulid(now), op, issuedAt: now, notAfter: now + WORTH_MS, args });
}
