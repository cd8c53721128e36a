// What the routes of an update of one branch's agent answer.
import type { AgentUpdateView } from '../../../shared/api/updates.ts';
import { isUpdateOpen, type UpdateStanding } from '../../directory/update.ts';
import { askUpdate, updateAt, withdrawUpdate } from '../../updates/asking.ts';
import type { ReminderPorts } from '../../updates/telling.ts';
import { json, ok } from '../answer/answer.ts';
import { message } from '../answer/messages.ts';
import { agentUpdateView } from '../answer/views.ts';
import type { Handler } from '../request/call.ts';

export type UpdatePorts = ReminderPorts;

type UpdateRoute = 'agentUpdateAsk' | 'agentUpdateGet' | 'agentUpdateCancel';

function viewOf(standing: UpdateStanding | null): AgentUpdateView | null {
  return standing === null ? null : agentUpdateView(standing);
}

export const updateHandlers: { readonly [N in UpdateRoute]: Handler<N, UpdatePorts> } = {
  /** 200 says that the agent runs that version; what is only wanted is 202. */
  agentUpdateAsk: async (ports, { principal, params, body, language }) => {
    const { site = '' } = params;
    const standing = await askUpdate(ports, principal, site, body);
    const text = message('agentUpdateAsk', language, { site, version: body.version });
    const answer = { message: text, data: viewOf(standing) };
    if (standing === null || (!isUpdateOpen(standing) && standing.state === 'updated')) return ok(answer);
    return json(202, { success: true, ...answer }, { location: `/sites/${site}/agent/update` });
  },
  agentUpdateGet: async (ports, { principal, params }) =>
    ok({ data: viewOf(await updateAt(ports, principal, params.site ?? '')) }),
  agentUpdateCancel: async (ports, { principal, params, language }) => {
    const { site = '' } = params;
    await withdrawUpdate(ports, principal, site);
    return ok({ message: message('agentUpdateCancel', language, { site }) });
  },
};
