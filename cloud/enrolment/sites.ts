// The tenant's branches: list, add, a token for an agent, and taking the agent's certificate back.
import { slugSchema } from '../../shared/domain/identifiers.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { Directory } from '../directory/directory.ts';
import type { SiteRow } from '../directory/rows.ts';
import { siteView } from '../directory/views.ts';
import { log, note } from '../log.ts';
import { type Answer, ok } from '../rest/answer.ts';
import type { Call } from '../rest/call.ts';
import { message } from '../rest/messages.ts';
import { pageOf } from '../rest/paging.ts';
import { Problem } from '../rest/problem.ts';
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

type SiteCall = Call<'siteEnrollment' | 'siteAgentDelete' | 'siteUpdate' | 'siteDelete'>;

/** The site of a path; throws 404 `site_not_found` for a text that can be no site's. */
function siteOf(call: SiteCall): SiteAddress {
  const { site = '' } = call.params;
  if (!slugSchema.safeParse(site).success) throw new Problem('site_not_found', { params: { site } });
  note({ site });
  return { tenant: call.principal.tenant, site };
}

/** The site's row; throws 404 `site_not_found`. */
async function foundSite({ directory }: SitePorts, { tenant, site }: SiteAddress): Promise<SiteRow> {
  const row = await directory.site(tenant, site);
  if (row === null) throw new Problem('site_not_found', { params: { site } });
  return row;
}

export async function listSites({ directory, now }: SitePorts, call: Call<'siteList'>): Promise<Answer> {
  const rows = await directory.sites(call.principal.tenant);
  const { total, page, more } = pageOf(rows, ({ site }) => site, slugSchema, call.query);
  return ok({ total, data: page.map((site) => siteView(site, now())), ...more });
}

export async function createSite(ports: SitePorts, call: Call<'siteCreate'>): Promise<Answer> {
  const { site, name = site } = call.body;
  const at = { tenant: call.principal.tenant, site };
  note({ site });
  if (!(await ports.agents.addSite(at, name, ports.now()))) {
    throw new Problem('site_exists', { params: { site } });
  }
  return ok({
    message: message('site_created', call.language, { site }),
    data: siteView(await foundSite(ports, at), ports.now()),
  });
}

export async function renameSite(ports: SitePorts, call: Call<'siteUpdate'>): Promise<Answer> {
  const at = siteOf(call);
  if (!(await ports.agents.renameSite(at, call.body.name))) {
    throw new Problem('site_not_found', { params: { site: at.site } });
  }
  return ok({
    message: message('site_renamed', call.language, { site: at.site }),
    data: siteView(await foundSite(ports, at), ports.now()),
  });
}

/** What still stands in the way of deleting a site, or null. */
async function useOf(ports: SitePorts, at: SiteAddress): Promise<Problem | null> {
  const [devices, certificates, agent] = await Promise.all([
    ports.directory.devices(at.tenant),
    ports.revoker.certificates(at),
    ports.agents.find(at),
  ]);
  const count = devices.filter(({ site }) => site === at.site).length;
  const isEnrolled = certificates.length > 0 || agent?.newCertificate !== undefined;
  if (count === 0 && !isEnrolled) return null;
  const reason = count === 0 ? '@site_has_agent' : isEnrolled ? '@site_has_both' : '@site_has_devices';
  return new Problem('site_in_use', { params: { site: at.site, reason, count } });
}

export async function deleteSite(ports: SitePorts, call: Call<'siteDelete'>): Promise<Answer> {
  const at = siteOf(call);
  const row = await foundSite(ports, at);
  const use = await useOf(ports, at);
  if (use !== null) throw use;
  // An agent that came meanwhile has changed the row.
  if (!(await ports.agents.removeSite(at, row.lastHello))) {
    throw new Problem('site_in_use', { params: { site: at.site, reason: '@site_has_agent' } });
  }
  log.info('site deleted', { ...at, by: call.principal.subject });
  return ok({ message: message('site_deleted', call.language, { site: at.site }) });
}

export async function createEnrolment(ports: SitePorts, call: Call<'siteEnrollment'>): Promise<Answer> {
  const at = siteOf(call);
  await foundSite(ports, at);
  const token = newToken();
  const createdAt = ports.now();
  const validUntil = createdAt + TOKEN_MS;
  await ports.enrolments.add(hashOf(token), { ...at, createdAt, validUntil });
  log.info('enrolment opened', { ...at, by: call.principal.subject });
  const command = enrolCommand(ports.publicUrl(), token);
  return ok({ data: { token, expires_at: new Date(validUntil).toISOString(), command } });
}

export async function revokeAgent(ports: SitePorts, call: Call<'siteAgentDelete'>): Promise<Answer> {
  const at = siteOf(call);
  if (!(await ports.agents.revoke(at, ports.now()))) {
    throw new Problem('site_not_found', { params: { site: at.site } });
  }
  const certificates = await ports.revoker.revoke(at, () => true);
  await ports.revoker.disconnect(at);
  // What the agent still said until then counts no more either, and the ids of its terminals are free.
  await ports.agents.revoke(at, ports.now());
  await ports.directory.freeDevices(at.tenant, at.site);
  log.info('agent revoked', { ...at, by: call.principal.subject, certificates });
  return ok({ message: message('agent_revoked', call.language, { site: at.site }) });
}
