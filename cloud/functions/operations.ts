// Commands and their outcomes: list, look up, cancel.

import { routes } from '../../shared/api/routes.ts';
import { cancelAtAgent, queryAgent } from '../commands/ask.ts';
import { withoutFailing } from '../commands/attempt.ts';
import { operationList } from '../commands/listing.ts';
import { mayCancel, type Viewed, viewed, visibleCommand } from '../commands/operations.ts';
import { followPurge } from '../commands/purge.ts';
import { isSettled, operationState } from '../commands/state.ts';
import { accepted, ok } from '../rest/answer.ts';
import { httpHandler } from '../rest/handler.ts';
import { message } from '../rest/messages.ts';
import { Problem } from '../rest/problem.ts';
import { services } from '../services.ts';

export const handler = httpHandler({
  operationList: async (call) => ok(await operationList(services(), call)),

  operationGet: async (call) => {
    const { ledger, clock } = services();
    const command = await visibleCommand(ledger, call.principal, call.params.id ?? '');
    const how = () => ({ full: true, language: call.language, now: clock.now() });
    const answer = async ({ view, settlement }: Viewed) => {
      if (settlement !== null) {
        await withoutFailing('purge not followed', () => followPurge(services().eraser, command, settlement));
      }
      return ok({ data: view });
    };
    const first = await viewed(services(), command, how());
    if (first.settled || clock.now() <= command.notAfter) return answer(first);
    await queryAgent(services(), command);
    return answer(await viewed(services(), command, how()));
  },

  operationCancel: async (call) => {
    const { ledger, clock } = services();
    const command = await visibleCommand(ledger, call.principal, call.params.id ?? '');
    const done = () => ok({ message: message('operation_cancelled', call.language, {}) });
    if (!mayCancel(call.principal, command)) {
      throw new Problem('forbidden', { params: { scope: routes[command.route].access } });
    }
    const rows = { command, replies: await ledger.replies(command), begun: false, incomplete: false };
    const state = operationState(rows, clock.now());
    // Called off before: a caller whom the first answer did not reach asks again.
    if (state === 'cancelled') return done();
    const cancelled = isSettled(state) ? false : await cancelAtAgent(services(), command);
    if (cancelled === null) return accepted(command.id);
    if (!cancelled) throw new Problem('not_cancellable', { params: { operation_id: command.id } });
    return done();
  },
});
