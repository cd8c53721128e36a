// What the routes of branches answer.
import { slugSchema } from '../../../shared/domain/identifiers.ts';
import type { SitePorts } from '../../enrolment/sites.ts';
import * as branches from '../../enrolment/sites.ts';
import { type Answer, ok } from '../answer/answer.ts';
import { message } from '../answer/messages.ts';
import { pageOf } from '../answer/paging.ts';
import { siteView } from '../answer/views.ts';
import type { Call } from '../request/call.ts';

type SiteCall = Call<'siteEnrollment' | 'siteAgentDelete' | 'siteUpdate' | 'siteDelete'>;

function siteOf({ params }: SiteCall): string {
  return params.site ?? '';
}

export async function siteList({ directory, now }: SitePorts, call: Call<'siteList'>): Promise<Answer> {
  const rows = await directory.sites(call.principal.tenant);
  const { total, page, more } = pageOf(rows, ({ site }) => site, slugSchema, call.query);
  return ok({ total, data: page.map((site) => siteView(site, now())), ...more });
}

export async function siteCreate(ports: SitePorts, call: Call<'siteCreate'>): Promise<Answer> {
  const { site, name = site } = call.body;
  const row = await branches.createSite(ports, call.principal, site, name);
  return ok({ message: message('site_created', call.language, { site }), data: siteView(row, ports.now()) });
}

export async function siteUpdate(ports: SitePorts, call: Call<'siteUpdate'>): Promise<Answer> {
  const site = siteOf(call);
  const row = await branches.renameSite(ports, call.principal, site, call.body.name);
  return ok({ message: message('site_renamed', call.language, { site }), data: siteView(row, ports.now()) });
}

export async function siteDelete(ports: SitePorts, call: Call<'siteDelete'>): Promise<Answer> {
  const site = siteOf(call);
  await branches.deleteSite(ports, call.principal, site);
  return ok({ message: message('site_deleted', call.language, { site }) });
}

export async function siteEnrollment(ports: SitePorts, call: Call<'siteEnrollment'>): Promise<Answer> {
  const { token, validUntil, command } = await branches.createEnrolment(ports, call.principal, siteOf(call));
  return ok({ data: { token, expires_at: new Date(validUntil).toISOString(), command } });
}

export async function siteAgentDelete(ports: SitePorts, call: Call<'siteAgentDelete'>): Promise<Answer> {
  const site = siteOf(call);
  await branches.revokeAgent(ports, call.principal, site);
  return ok({ message: message('agent_revoked', call.language, { site }) });
}
