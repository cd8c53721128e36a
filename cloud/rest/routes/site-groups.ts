// The routes of groups of branches: named once, and people who may come in there follow.
import { personIdField } from '../../../shared/api/people.ts';
import { siteRight } from '../../../shared/api/site-rights.ts';
import { withoutFailing } from '../../commands/attempt.ts';
import { checkMayChange } from '../../directory/visible.ts';
import { removeGroup } from '../../people/groups.ts';
import type { PeoplePorts } from '../../people/ports.ts';
import type { GroupRow } from '../../people/rows.ts';
import { tellAll } from '../../people/save.ts';
import { maySeeGroup } from '../../people/sight.ts';
import { regroup } from '../../people/work.ts';
import { type Answer, ok } from '../answer/answer.ts';
import { invalid } from '../answer/findings.ts';
import { message } from '../answer/messages.ts';
import { groupView } from '../answer/people.ts';
import { Problem } from '../answer/problem.ts';
import { waitLimit } from '../commands/command.ts';
import type { Call, Handler } from '../request/call.ts';

type GroupCall = Call<'siteGroupGet' | 'siteGroupDelete'>;

/** @throws Problem 404 for a group that is not there for the caller */
async function found({ people }: PeoplePorts, { principal, params }: GroupCall): Promise<GroupRow> {
  const id = personIdField.safeParse(params.id);
  const row = id.success ? await people.group(principal.tenant, id.data) : null;
  if (row === null || !maySeeGroup(principal, row)) throw new Problem('site_group_not_found');
  return row;
}

async function putGroup(ports: PeoplePorts, call: Call<'siteGroupPut'>): Promise<Answer> {
  const { people, directory, clock } = ports;
  const { principal, body } = call;
  const { tenant } = principal;
  const id = personIdField.safeParse(call.params.id);
  if (!id.success) throw invalid('id', 'person_id');
  const known = new Set((await directory.sites(tenant)).map(({ site }) => site));
  const isThere = (site: string) => known.has(site) && siteRight(principal.sites, site) !== 'none';
  const missing = body.sites.find((site) => !isThere(site));
  if (missing !== undefined) throw new Problem('site_not_found', { params: { site: missing } });
  const save = async (): Promise<GroupRow> => {
    const before = await people.group(tenant, id.data);
    if (before !== null && !maySeeGroup(principal, before)) throw new Problem('site_group_not_found');
    for (const site of new Set([...body.sites, ...(before?.sites ?? [])])) checkMayChange(principal, site);
    const now = clock.now();
    const row: GroupRow = {
      tenant,
      id: id.data,
      name: body.name ?? before?.name ?? id.data,
      sites: [...body.sites].sort(),
      rev: (before?.rev ?? 0) + 1,
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
    };
    return (await people.putGroup(row, before)) ? row : save();
  };
  const row = await save();
  // What is not done here a worker does.
  await withoutFailing('group not spread', async () => {
    const until = waitLimit(clock, call);
    await tellAll(ports, tenant, await regroup(ports, row, until), until);
  });
  return ok({ message: message('siteGroupPut', call.language, { id: row.id }), data: groupView(row) });
}

async function getGroup(ports: PeoplePorts, call: Call<'siteGroupGet'>): Promise<Answer> {
  return ok({ data: groupView(await found(ports, call)) });
}

async function listGroups({ people }: PeoplePorts, { principal }: Call<'siteGroupList'>): Promise<Answer> {
  const rows = (await people.groups(principal.tenant)).filter((row) => maySeeGroup(principal, row));
  return ok({ total: rows.length, data: rows.map(groupView) });
}

async function deleteGroup(ports: PeoplePorts, call: Call<'siteGroupDelete'>): Promise<Answer> {
  const row = await found(ports, call);
  for (const site of row.sites) checkMayChange(call.principal, site);
  const removed = await removeGroup(ports, row);
  if (removed === 'in use') throw new Problem('site_group_in_use');
  // Somebody has changed it since it was read, or removed it.
  if (removed === 'changed') return deleteGroup(ports, call);
  return ok({ message: message('siteGroupDelete', call.language, { id: row.id }) });
}

type GroupRoute = 'siteGroupPut' | 'siteGroupGet' | 'siteGroupList' | 'siteGroupDelete';
export const groupHandlers: { readonly [N in GroupRoute]: Handler<N, PeoplePorts> } = {
  siteGroupPut: putGroup,
  siteGroupGet: getGroup,
  siteGroupList: listGroups,
  siteGroupDelete: deleteGroup,
};
