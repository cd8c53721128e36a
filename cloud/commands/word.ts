// Words to an agent about what it has just said: they hold for the connection that it came on, and want no answer.
import { ulid } from 'ulid';
import type { ArgsOf } from '../../shared/wire/operations.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { Clock } from '../clock.ts';
import type { CommandSender, Dispatched } from './sender.ts';

type WordName = 'device.refused' | 'site.tenure' | 'site.certificate' | 'agent.update';

/** Whatever it answers comes again while it is true, so that it need not outlive a connection. */
const WORTH_MS = 30_000;

export async function sendWord<N extends WordName>(
  sender: CommandSender,
  { tenant, site }: SiteAddress,
  op: N,
  args: ArgsOf<N>,
  clock: Clock,
): Promise<Dispatched> {
  const now = clock.now();
  return sender.send({ tenant, site }, { id: ulid(now), op, issuedAt: now, notAfter: now + WORTH_MS, args });
}
