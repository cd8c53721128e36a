// The tenant's branches: list, add, a token for an agent, and taking the agent's certificate back.
import { slugSchema } from '../../shared/wire/identifiers.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { Directory } from '../directory/directory.ts';
import type { SiteRow } from '../directory/rows.ts';
import { siteView } from '../directory/views.ts';
import { type Answer, ok } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { message } from '../http/messages.ts';
import { Problem } from '../http/problem.ts';
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
}

/** The URL under which the caller reached the API: the gateway routes by that very host. */
function publicUrl(headers: Readonly<Record<string, string | undefined>>): string {
  return `${headers['x-forwarded-proto'] ?? 'http'}://${headers.host ?? ''}`;
}

/** The site of a path; throws 404 `site_not_found` for a text that can be no site's. */
function siteOf(call: Call<'siteEnrollment'> | Call<'siteAgentDelete'>): SiteAddress {
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
  const data = (await directory.sites(call.principal.tenant)).map((site) => siteView(site, now()));
  return ok({ total: data.length, data });
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

export async function createEnrolment(ports: SitePorts, call: Call<'siteEnrollment'>): Promise<Answer> {
  const at = siteOf(call);
  await foundSite(ports, at);
  const token = newToken();
  const createdAt = ports.now();
  const validUntil = createdAt + TOKEN_MS;
  await ports.enrolments.add(hashOf(token), { ...at, createdAt, validUntil });
  log.info('enrolment opened', { ...at, by: call.principal.subject });
  const command = enrolCommand(publicUrl(call.headers), token);
  return ok({ data: { token, expires_at: new Date(validUntil).toISOString(), command } });
}

export async function revokeAgent(ports: SitePorts, call: Call<'siteAgentDelete'>): Promise<Answer> {
  const at = siteOf(call);
  if (!(await ports.agents.revoke(at, ports.now()))) {
    throw new Problem('site_not_found', { params: { site: at.site } });
  }
  const certificates = await ports.revoker.revoke(at, () => true);
  await ports.revoker.disconnect(at);
  log.info('agent revoked', { ...at, by: call.principal.subject, certificates });
  return ok({ message: message('agent_revoked', call.language, { site: at.site }) });
}
