// An agent trades its token for a certificate, once, and the same one again if the answer was lost.
import { SerenoError } from '../../shared/errors.ts';

import type { SiteAddress } from '../../shared/wire/topics.ts';
import { log, note } from '../log.ts';
import type { Attempts } from './attempts.ts';
import { publicKeyOf } from './csr.ts';
import type { Certificate, Enrolment, Enrolments, SiteAgents } from './enrolments.ts';
import type { Issuer, Revoker } from './issuer.ts';
import { hashOf } from './tokens.ts';

export interface EnrolPorts {
  readonly enrolments: Enrolments;
  readonly attempts: Attempts;
  readonly agents: SiteAgents;
  readonly issuer: Issuer;
  readonly revoker: Revoker;
  /** Runs what makes an agent of a site, and tells the audit log of it. */
  readonly audited: <T>(at: SiteAddress, work: () => Promise<T>) => Promise<T>;
  readonly now: () => number;
  /** The root by which agents know the broker, PEM. */
  readonly rootCa: string;
  /** For how many days agents use a certificate. */
  readonly days: number;
}

export interface Enrolled {
  readonly certificate: string;
  readonly endpoint: string;
  readonly ca: string;
  readonly tenant: string;
  readonly site: string;
  readonly certificate_days: number;
}

/** 401 in one sentence whatever is wrong: who guesses learns nothing, the log tells more. */
function refusal(reason: string, enrolment: Enrolment | null): SerenoError {
  log.warn('enrolment refused', { reason, tenant: enrolment?.tenant, site: enrolment?.site });
  return new SerenoError('token_invalid');
}

async function whyNot({ enrolments, now }: EnrolPorts, hash: string): Promise<SerenoError> {
  const known = await enrolments.find(hash);
  if (known === null) return refusal('unknown', null);
  return refusal(known.validUntil <= now() ? 'expired' : 'used', known);
}

async function isVoid({ agents }: EnrolPorts, enrolment: Enrolment): Promise<boolean> {
  const site = await agents.find(enrolment);
  return site === null || (site.revokedAt ?? 0) >= enrolment.createdAt;
}

/** Signs the key of the request once, and goes on where an earlier call with the same key was cut off. */
async function issue(
  ports: EnrolPorts,
  hash: string,
  enrolment: Enrolment,
  csr: string,
): Promise<Certificate> {
  // Done before: the answer got lost.
  if (enrolment.issuedAt !== undefined && enrolment.certificate !== undefined) return enrolment.certificate;
  return ports.audited(enrolment, () => admit(ports, hash, enrolment, csr));
}

async function admit(
  ports: EnrolPorts,
  hash: string,
  enrolment: Enrolment,
  csr: string,
): Promise<Certificate> {
  const { enrolments, agents, issuer, revoker, now } = ports;
  // If two calls sign at once, one certificate is kept; the other stays inactive and belongs to nobody.
  const certificate = enrolment.certificate ?? (await enrolments.keep(hash, await issuer.sign(csr)));
  await issuer.admit(enrolment, certificate);
  if (!(await agents.expect(enrolment, certificate.id, enrolment.createdAt))) {
    // The agent was revoked while this was under way; whoever did so may have looked before it was admitted.
    await revoker.revoke(enrolment, (id) => id === certificate.id);
    throw refusal('revoked', enrolment);
  }
  await enrolments.finish(hash, now());
  log.info('enrolled', { tenant: enrolment.tenant, site: enrolment.site, certificate: certificate.id });
  return certificate;
}

/** What a caller hands in. */
export interface EnrolRequest {
  readonly token: string;
  readonly csr: string;
  /** Where it comes from. */
  readonly address: string;
}

/**
 * Checks request and token and hands out the certificate.
 *
 * @throws SerenoError 429 `too_many_requests` for an address that was refused too often within a minute, 400 `invalid_field` for a request that is not sound, 401 `token_invalid` for a token that is
 *   unknown, used by another key, past its 15 minutes, or older than the last revocation of its site's agent
 */
export async function enrol(ports: EnrolPorts, request: EnrolRequest): Promise<Enrolled> {
  const { attempts } = ports;
  if (await attempts.isOver(request.address)) throw new SerenoError('too_many_requests');
  try {
    return await enrolWith(ports, request);
  } catch (error) {
    if (error instanceof SerenoError && error.status < 500) await attempts.count(request.address);
    throw error;
  }
}

async function enrolWith(ports: EnrolPorts, { token, csr }: EnrolRequest): Promise<Enrolled> {
  const publicKey = await publicKeyOf(csr);
  const hash = hashOf(token);
  const enrolment = await ports.enrolments.claim(hash, publicKey, ports.now());
  if (enrolment === null) throw await whyNot(ports, hash);
  const { tenant, site } = enrolment;
  note({ tenant, site });
  if (await isVoid(ports, enrolment)) throw refusal('revoked', enrolment);
  const [certificate, endpoint] = await Promise.all([
    issue(ports, hash, enrolment, csr),
    ports.issuer.endpoint(),
  ]);
  return {
    certificate: certificate.pem,
    endpoint,
    ca: ports.rootCa,
    tenant,
    site,
    certificate_days: ports.days,
  };
}
