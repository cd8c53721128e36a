// What the routes of branches answer.
import type { Principal } from '../../../shared/api/principal.ts';
import { slugSchema } from '../../../shared/domain/identifiers.ts';
import { type Branch, branches, branchesOf, branchOf, fleetOf } from '../../directory/fleet.ts';
import type { SiteRow } from '../../directory/rows.ts';
import type { SitePorts } from '../../enrolment/sites.ts';
import * as enrolment from '../../enrolment/sites.ts';
import { type Answer, ok } from '../answer/answer.ts';
import { message } from '../answer/messages.ts';
import { pageOf } from '../answer/paging.ts';
import { fleetView, siteView } from '../answer/views.ts';
import type { Call, Handlers } from '../request/call.ts';
import { type UpdatePorts, updateHandlers } from './agent-updates.ts';
import { type HistoryPorts, siteHistory } from './history.ts';
import { type RolloutRoutePorts, rolloutHandlers } from './rollouts.ts';

type SiteCall = Call<'siteEnrollment' | 'siteAgentDelete' | 'siteUpdate' | 'siteDelete'>;

function siteOf({ params }: SiteCall): string {
  return params.site ?? '';
}

async function siteList({ directory, now }: SitePorts, call: Call<'siteList'>): Promise<Answer> {
  const all = await branches(directory, call.principal.tenant, now());
  const wanted = all.filter((branch) => isWanted(branch, call.query));
  const { total, page, more } = pageOf(wanted, ({ row }) => row.site, slugSchema, call.query);
  return ok({ total, data: page.map((branch) => siteView(branch, now())), ...more });
}

type Wanted = Call<'siteList'>['query'];

function isWanted({ row, state, terminals, troubles }: Branch, wanted: Wanted): boolean {
  const { version, trouble, device_state: deviceState, search } = wanted;
  return (
    (wanted.state === undefined || state === wanted.state) &&
    (version === undefined || row.agentVersion === version) &&
    (trouble === undefined || troubles.includes(trouble)) &&
    (deviceState === undefined || (terminals.counts[deviceState] ?? 0) > 0) &&
    (search === undefined ||
      row.site.includes(search.toLowerCase()) ||
      row.name.toLowerCase().includes(search.toLowerCase()))
  );
}

async function fleetGet({ directory, now }: SitePorts, { principal }: Call<'fleetGet'>): Promise<Answer> {
  return ok({ data: fleetView(fleetOf(await branches(directory, principal.tenant, now()))) });
}

async function savedView({ directory, now }: SitePorts, { tenant }: Principal, row: SiteRow) {
  const [branch = branchOf(row, now())] = await branchesOf(directory, tenant, [row], now());
  return siteView(branch, now());
}

async function siteCreate(ports: SitePorts, call: Call<'siteCreate'>): Promise<Answer> {
  const { site, name = site } = call.body;
  const row = await enrolment.createSite(ports, call.principal, site, name);
  return ok({
    message: message('siteCreate', call.language, { site }),
    data: await savedView(ports, call.principal, row),
  });
}

async function siteUpdate(ports: SitePorts, call: Call<'siteUpdate'>): Promise<Answer> {
  const site = siteOf(call);
  const row = await enrolment.renameSite(ports, call.principal, site, call.body.name);
  return ok({
    message: message('siteUpdate', call.language, { site }),
    data: await savedView(ports, call.principal, row),
  });
}

async function siteDelete(ports: SitePorts, call: Call<'siteDelete'>): Promise<Answer> {
  const site = siteOf(call);
  await enrolment.deleteSite(ports, call.principal, site);
  return ok({ message: message('siteDelete', call.language, { site }) });
}

async function siteEnrollment(ports: SitePorts, call: Call<'siteEnrollment'>): Promise<Answer> {
  const { token, validUntil, command } = await enrolment.createEnrolment(ports, call.principal, siteOf(call));
  return ok({ data: { token, expires_at: new Date(validUntil).toISOString(), command } });
}

async function siteAgentDelete(ports: SitePorts, call: Call<'siteAgentDelete'>): Promise<Answer> {
  const site = siteOf(call);
  await enrolment.revokeAgent(ports, call.principal, site);
  return ok({ message: message('siteAgentDelete', call.language, { site }) });
}

export interface SiteRoutePorts extends SitePorts, HistoryPorts, UpdatePorts, RolloutRoutePorts {
  readonly directory: SitePorts['directory'];
}

export const siteHandlers: Handlers<'sites', SiteRoutePorts> = {
  siteList,
  fleetGet,
  siteCreate,
  siteUpdate,
  siteDelete,
  siteEnrollment,
  siteAgentDelete,
  siteHistory,
  ...updateHandlers,
  ...rolloutHandlers,
};
