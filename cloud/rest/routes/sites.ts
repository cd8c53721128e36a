// What the routes of branches answer.
import { slugSchema } from '../../../shared/domain/identifiers.ts';
import type { SitePorts } from '../../enrolment/sites.ts';
import * as branches from '../../enrolment/sites.ts';
import { type Answer, ok } from '../answer/answer.ts';
import { message } from '../answer/messages.ts';
import { pageOf } from '../answer/paging.ts';
import { siteView } from '../answer/views.ts';
import type { Call, Handlers } from '../request/call.ts';

type SiteCall = Call<'siteEnrollment' | 'siteAgentDelete' | 'siteUpdate' | 'siteDelete'>;

function siteOf({ params }: SiteCall): string {
  return params.site ?? '';
}

async function siteList({ directory, now }: SitePorts, call: Call<'siteList'>): Promise<Answer> {
  const rows = await directory.sites(call.principal.tenant);
  const { total, page, more } = pageOf(rows, ({ site }) => site, slugSchema, call.query);
  return ok({ total, data: page.map((site) => siteView(site, now())), ...more });
}

async function siteCreate(ports: SitePorts, call: Call<'siteCreate'>): Promise<Answer> {
  const { site, name = site } = call.body;
  const row = await branches.createSite(ports, call.principal, site, name);
  return ok({ message: message('siteCreate', call.language, { site }), data: siteView(row, ports.now()) });
}

async function siteUpdate(ports: SitePorts, call: Call<'siteUpdate'>): Promise<Answer> {
  const site = siteOf(call);
  const row = await branches.renameSite(ports, call.principal, site, call.body.name);
  return ok({ message: message('siteUpdate', call.language, { site }), data: siteView(row, ports.now()) });
}

async function siteDelete(ports: SitePorts, call: Call<'siteDelete'>): Promise<Answer> {
  const site = siteOf(call);
  await branches.deleteSite(ports, call.principal, site);
  return ok({ message: message('siteDelete', call.language, { site }) });
}

async function siteEnrollment(ports: SitePorts, call: Call<'siteEnrollment'>): Promise<Answer> {
  const { token, validUntil, command } = await branches.createEnrolment(ports, call.principal, siteOf(call));
  return ok({ data: { token, expires_at: new Date(validUntil).toISOString(), command } });
}

async function siteAgentDelete(ports: SitePorts, call: Call<'siteAgentDelete'>): Promise<Answer> {
  const site = siteOf(call);
  await branches.revokeAgent(ports, call.principal, site);
  return ok({ message: message('siteAgentDelete', call.language, { site }) });
}

export const siteHandlers: Handlers<'sites', SitePorts> = {
  siteList,
  siteCreate,
  siteUpdate,
  siteDelete,
  siteEnrollment,
  siteAgentDelete,
};
