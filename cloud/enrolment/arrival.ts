// The first hello of a new certificate: from then on the one that it replaces, or every other one, is good for nothing.
import type { PresenceEvent } from '../../shared/wire/envelope.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { SiteAgents } from './enrolments.ts';
import type { Revoker } from './issuer.ts';

/** How often it is begun again because something has changed meanwhile. */
const ROUNDS = 5;

/**
 * Revokes what a newly issued certificate replaces once it has said hello: one that a token has brought replaces all others, a
 * renewed one the certificate that asked for it. What fails is thrown and done again at the next hello.
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
  const revoked: string[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    if (await arrive(agents, revoker, event, certificate, revoked)) return revoked;
  }
  throw new Error('the certificates of the site change all the time');
}

/** False if something has changed meanwhile: a certificate that was admitted after the others were looked for must go, too. */
async function arrive(
  agents: SiteAgents,
  revoker: Revoker,
  at: SiteAddress,
  certificate: string,
  revoked: string[],
): Promise<boolean> {
  const known = await agents.find(at);
  if (known?.newCertificate === certificate) {
    revoked.push(...(await revoker.revoke(at, (id) => id !== certificate)));
    return agents.arrived(at, certificate, known);
  }
  const { renewal } = known ?? {};
  if (known === null || renewal?.certificate?.id !== certificate) return true;
  revoked.push(...(await revoker.revoke(at, (id) => id === renewal.follows)));
  return agents.endRenewal(at, certificate, known);
}
