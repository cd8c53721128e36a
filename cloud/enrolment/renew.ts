// An agent gets its next certificate over the line that the present one has opened; the present one holds until the next has said hello.
//
// How far it is stands in the site's row: asked for, signed, issued. Each step is noted only if nothing else has changed
// there since it was read, so that a call that was killed is gone on with, calls at once end in one certificate, and a revocation,
// or an agent that a token has brought, stops it.
import type { RenewalEvent } from '../../shared/wire/renewal.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { Certificate, Renewal, SiteAgent, SiteAgents } from './enrolments.ts';
import type { Issuer, Revoker } from './issuer.ts';
import { RenewalRefused, type SoundRequest, soundRequest } from './renewal-request.ts';

export interface RenewPorts {
  readonly agents: SiteAgents;
  readonly issuer: Pick<Issuer, 'sign' | 'admit'>;
  readonly revoker: Pick<Revoker, 'revoke' | 'certificates'>;
  /** Runs what issues a certificate, and tells the audit log of it. */
  readonly audited: <T>(at: SiteAddress, work: () => Promise<T>) => Promise<T>;
  readonly now: () => number;
}

/** Another key is taken only so long after the one before: nobody can have certificates signed without end. */
const ANOTHER_KEY_MS = 3_600_000;
/** How often it is begun again because something has changed meanwhile. */
const ROUNDS = 10;

/**
 * Signs the new key, makes the certificate the agent's, and hands it out: the same one to the same key.
 *
 * @throws RenewalRefused where the request is not sound, `not_admitted` for a certificate that is not the site's any more,
 *   `too_soon` for another key within the hour, `overtaken` where the agent was revoked or replaced meanwhile
 */
export async function renew(ports: RenewPorts, event: RenewalEvent): Promise<Certificate> {
  const request = await soundRequest(event);
  await checkAdmitted(ports, event);
  const known = await ports.agents.find(event);
  const { renewal } = known ?? {};
  // Done before: the answer got lost.
  if (isFor(renewal, request) && renewal.issuedAt !== undefined && renewal.certificate !== undefined) {
    return renewal.certificate;
  }
  return ports.audited(event, () => issue(ports, event, request));
}

/** A connection may outlive the certificate that it was made with. */
async function checkAdmitted({ revoker }: RenewPorts, event: RenewalEvent): Promise<string[]> {
  const admitted = await revoker.certificates(event);
  if (!admitted.includes(event.certificate)) throw new RenewalRefused('not_admitted');
  return admitted;
}

function isFor(renewal: Renewal | undefined, { publicKey }: SoundRequest): renewal is Renewal {
  return renewal?.publicKey === publicKey;
}

async function issue(ports: RenewPorts, event: RenewalEvent, request: SoundRequest): Promise<Certificate> {
  /** What this call has admitted, and could not note. */
  let admitted: Certificate | null = null;
  for (let round = 1; round <= ROUNDS; round++) {
    const seen = await ports.agents.find(event);
    if (seen === null) throw new RenewalRefused('overtaken');
    if (admitted !== null && !isFor(seen.renewal, request)) return givenUp(ports, event, seen, admitted);
    const { renewal } = seen;
    if (!isFor(renewal, request)) {
      await ask(ports, event, request, seen);
      continue;
    }
    // After it was asked for: who takes certificates back either finds the request, or has taken this one back by now.
    await checkAdmitted(ports, event);
    if (renewal.certificate === undefined) {
      const { drops } = renewal;
      if (drops !== undefined) await ports.revoker.revoke(event, (id) => id === drops);
      const certificate = await ports.issuer.sign(request.csr);
      // If two calls sign at once, one certificate is kept; the other stays inactive and belongs to nobody.
      await ports.agents.noteRenewal(event, { ...renewal, certificate, drops: undefined }, seen);
      continue;
    }
    if (renewal.issuedAt !== undefined) return renewal.certificate;
    admitted = renewal.certificate;
    await ports.issuer.admit(event, admitted);
    await ports.agents.noteRenewal(event, { ...renewal, issuedAt: ports.now() }, seen);
  }
  throw new Error('the renewal of the site changes all the time');
}

/** Notes that this key is asked for, in the place of another that never connected. */
async function ask(
  ports: RenewPorts,
  event: RenewalEvent,
  { publicKey }: SoundRequest,
  seen: SiteAgent,
): Promise<void> {
  const { renewal } = seen;
  const since = ports.now();
  const admitted = await checkAdmitted(ports, event);
  // A call that came late may have asked for a certificate that is gone: that holds up nobody.
  const isOpen = renewal !== undefined && admitted.includes(renewal.follows);
  if (isOpen && since - renewal.since < ANOTHER_KEY_MS) throw new RenewalRefused('too_soon');
  if ((seen.revokedAt ?? Number.NEGATIVE_INFINITY) >= since) throw new RenewalRefused('overtaken');
  const former = renewal?.certificate?.id ?? renewal?.drops;
  const drops = former === event.certificate ? undefined : former;
  await ports.agents.noteRenewal(event, { publicKey, follows: event.certificate, since, drops }, seen);
}

/** The renewal is over: the agent has come with this certificate already, or it was revoked or replaced, and this one must go. */
async function givenUp(
  { revoker }: RenewPorts,
  event: RenewalEvent,
  seen: SiteAgent,
  admitted: Certificate,
): Promise<Certificate> {
  if (seen.renewed === admitted.id) return admitted;
  await revoker.revoke(event, (id) => id === admitted.id);
  throw new RenewalRefused('overtaken');
}
