// GET /problems: what operators would be told of now, as far as the caller sees it.
import type { ProblemView } from '../../../shared/api/problems.ts';
import type { EventType } from '../../../shared/domain/event-types.ts';
import { CROWD, severityOf } from '../../alerts/kinds.ts';
import type { Problem } from '../../alerts/problems.ts';
import type { AlertStates } from '../../alerts/state.ts';
import type { Directory } from '../../directory/directory.ts';
import { type Answer, ok } from '../answer/answer.ts';
import type { Call } from '../request/call.ts';
import { sightOf } from './sight.ts';

const DEFAULT_PROBLEMS = 100;

export interface ProblemPorts {
  readonly alerts: AlertStates;
  readonly directory: Directory;
}

/** One that began with an event; that there are too many to be kept one by one is none of those. */
type Lasting = Problem & { readonly type: EventType };

function isLasting(problem: Problem): problem is Lasting {
  return problem.isOpen && !problem.passes && problem.type !== CROWD;
}

function view({ type, at, site, device, detail }: Lasting): ProblemView {
  return {
    type,
    severity: severityOf(type),
    since: new Date(at).toISOString(),
    ...(site === undefined ? {} : { site }),
    ...(device === undefined ? {} : { device_id: device }),
    data: detail,
  };
}

export async function problemList(
  { alerts, directory }: ProblemPorts,
  { principal, query }: Call<'problemList'>,
): Promise<Answer> {
  const { types, limit = DEFAULT_PROBLEMS } = query;
  const { tenant, sees, seesAll } = sightOf(principal);
  const state = await alerts.get(tenant);
  const open = [...(state?.problems.values() ?? [])]
    .filter(isLasting)
    .filter(
      ({ type, site }) => (types?.includes(type) ?? true) && (site === undefined ? seesAll : sees(site)),
    );
  // Nothing ends what a terminal had that is not registered any more.
  const isAsked = open.some(({ device }) => device !== undefined);
  const there = new Set(isAsked ? (await directory.devices(tenant)).map(({ id }) => id) : []);
  const shown = open
    .filter(({ device }) => device === undefined || there.has(device))
    .sort((a, b) => severityOf(b.type) - severityOf(a.type) || a.at - b.at);
  return ok({ total: shown.length, data: shown.slice(0, limit).map(view) });
}
