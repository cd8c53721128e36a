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
  if (known === null) return true;
  const { newCertificate, renewal } = known;
  if (newCertificate === certificate) {
    // Its own renewal may have been quicker than its hello.
    const next = renewal?.follows === certificate ? renewal.certificate?.id : undefined;
    revoked.push(...(await revoker.revoke(at, (id) => id !== certificate && id !== next)));
    return agents.arrived(at, certificate, known);
  }
  if (renewal?.certificate?.id !== certificate) return true;
  // It stands for the one that it follows, whose own hello may have been lost.
  const isOnly = newCertificate === renewal.follows;
  const isOver = (id: string) => (isOnly ? id !== certificate : id === renewal.follows);
  revoked.push(...(await revoker.revoke(at, isOver)));
  return agents.endRenewal(at, certificate, known);
}
