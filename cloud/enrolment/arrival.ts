// The first hello of a new certificate: from then on it is the site's only one.
import type { PresenceEvent } from '../../shared/wire/envelope.ts';
import type { SiteAgents } from './enrolments.ts';
import type { Revoker } from './issuer.ts';

/**
 * Revokes the site's older certificates once a newly issued one has said hello. What fails is thrown and done again
 * at the next hello.
 *
 * @returns ids of the certificates that were revoked
 */
export async function welcome(
  agents: SiteAgents,
  revoker: Revoker,
  event: Pick<PresenceEvent, 'tenant' | 'site' | 'kind' | 'certificate'>,
): Promise<string[]> {
  const { kind, certificate } = event;
  if (kind !== 'hello' || certificate === undefined) return [];
  const known = await agents.find(event);
  if (known?.newCertificate !== certificate) return [];
  const revoked = await revoker.revoke(event, (id) => id !== certificate);
  await agents.arrived(event, certificate);
  return revoked;
}
