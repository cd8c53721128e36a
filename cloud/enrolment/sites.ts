// The tenant's branches: adding and taking away, a token for an agent, and taking the agent's certificate back.
import type { Principal } from '../../shared/api/principal.ts';
import { slugSchema } from '../../shared/domain/identifiers.ts';
import { SerenoError } from '../../shared/errors.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { Directory } from '../directory/directory.ts';
import type { SiteRow } from '../directory/rows.ts';
import { checkMayChange } from '../directory/visible.ts';
import { log, note } from '../log.ts';
import type { Enrolments, SiteAgents } from './enrolments.ts';
import type { Revoker } from './issuer.ts';
import { enrolCommand, hashOf, newToken, TOKEN_MS } from './tokens.ts';

export interface SitePorts {
  readonly directory: Directory;
  readonly enrolments: Enrolments;
  readonly agents: SiteAgents;
  readonly revoker: Revoker;
  readonly now: () => number;
  /** Where agents reach this API, as the deployment is told: whoever calls must not choose it. */
  readonly publicUrl: () => string;
}

function notFound(site: string): SerenoError {
  return new SerenoError('site_not_found', { params: { site } });
}

/** A site that somebody wants to change. @throws SerenoError `site_not_found`, for a text that can be no site's too; `site_read_only` */
function named(principal: Principal, site: string): SiteAddress {
  if (!slugSchema.safeParse(site).success) throw notFound(site);
  note({ site });
  checkMayChange(principal, site);
  return { tenant: principal.tenant, site };
}

/** The site's row. @throws SerenoError `site_not_found` */
async function foundSite({ directory }: SitePorts, { tenant, site }: SiteAddress): Promise<SiteRow> {
  const row = await directory.site(tenant, site);
  if (row === null) throw notFound(site);
  return row;
}

/** @throws SerenoError `site_exists` */
export async function createSite(
  ports: SitePorts,
  { tenant, sites }: Principal,
  site: string,
  name: string,
): Promise<SiteRow> {
  note({ site });
  // Of a site that is not there yet nobody has the right but who has every site.
  if (sites.everywhere !== 'write') throw new SerenoError('site_read_only', { params: { site } });
  if (!(await ports.agents.addSite({ tenant, site }, name, ports.now()))) {
    throw new SerenoError('site_exists', { params: { site } });
  }
  return foundSite(ports, { tenant, site });
}

/** @throws SerenoError `site_not_found` */
export async function renameSite(
  ports: SitePorts,
  principal: Principal,
  site: string,
  name: string,
): Promise<SiteRow> {
  const at = named(principal, site);
  if (!(await ports.agents.renameSite(at, name))) throw notFound(site);
  return foundSite(ports, at);
}

/** What still prevents a site from being deleted, or null. */
async function useOf(ports: SitePorts, at: SiteAddress): Promise<SerenoError | null> {
  const [devices, certificates, agent] = await Promise.all([
    ports.directory.devices(at.tenant),
    ports.revoker.certificates(at),
    ports.agents.find(at),
  ]);
  const count = devices.filter(({ site }) => site === at.site).length;
  const isEnrolled = certificates.length > 0 || agent?.newCertificate !== undefined;
  if (count === 0 && !isEnrolled) return null;
  const reason = count === 0 ? '@site_has_agent' : isEnrolled ? '@site_has_both' : '@site_has_devices';
  return new SerenoError('site_in_use', { params: { site: at.site, reason, count } });
}

/** @throws SerenoError `site_not_found`, `site_in_use` */
export async function deleteSite(ports: SitePorts, principal: Principal, site: string): Promise<void> {
  const at = named(principal, site);
  const row = await foundSite(ports, at);
  const use = await useOf(ports, at);
  if (use !== null) throw use;
  // An agent that connected in the meantime has changed the row.
  if (!(await ports.agents.removeSite(at, row.lastHello))) {
    throw new SerenoError('site_in_use', { params: { site, reason: '@site_has_agent' } });
  }
  await ports.revoker.forget(at);
  log.info('site deleted', { ...at, by: principal.subject });
}

export interface OpenEnrolment {
  readonly token: string;
  /** Epoch ms. */
  readonly validUntil: number;
  /** The line to paste on the mini-PC. */
  readonly command: string;
}

/** @throws SerenoError `site_not_found` */
export async function createEnrolment(
  ports: SitePorts,
  principal: Principal,
  site: string,
): Promise<OpenEnrolment> {
  const at = named(principal, site);
  await foundSite(ports, at);
  const token = newToken();
  const createdAt = ports.now();
  const validUntil = createdAt + TOKEN_MS;
  await ports.enrolments.add(hashOf(token), { ...at, createdAt, validUntil });
  log.info('enrolment opened', { ...at, by: principal.subject });
  return { token, validUntil, command: enrolCommand(ports.publicUrl(), token) };
}

/** @throws SerenoError `site_not_found` */
export async function revokeAgent(ports: SitePorts, principal: Principal, site: string): Promise<void> {
  const at = named(principal, site);
  if (!(await ports.agents.revoke(at, ports.now()))) throw notFound(site);
  const certificates = await takeBack(ports, at);
  log.info('agent revoked', { ...at, by: principal.subject, certificates });
}

/** Takes everything back that lets an agent speak for the site, whose row says already that it is revoked. @returns ids of its certificates */
export async function takeBack(
  ports: Pick<SitePorts, 'agents' | 'revoker' | 'directory' | 'now'>,
  at: SiteAddress,
): Promise<string[]> {
  const certificates = await ports.revoker.revoke(at, () => true);
  await ports.revoker.disconnect(at);
  // Whatever the agent has said until now no longer counts, and the ids of its terminals are free.
  await ports.agents.revoke(at, ports.now());
  // One that was admitted while the others were taken back is there by now, and none comes after this.
  certificates.push(...(await ports.revoker.revoke(at, () => true)));
  await ports.revoker.forget(at);
  await ports.directory.freeDevices(at.tenant, at.site);
  return certificates;
}
