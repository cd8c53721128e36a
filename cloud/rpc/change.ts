// Changes of accounts over JSON-RPC: made by who is still in, and entered in the audit log.
import type { Draft } from '../accounts/draft.ts';
import { audited } from './audited.ts';
import type { OperatorCall } from './method.ts';
import { closedError } from './texts.ts';

/** Whoever was let in a moment ago may be somebody else by the time of the change. @throws RpcError */
function checkStillIn({ operator }: OperatorCall, draft: Draft): void {
  const { user, role, by } = operator;
  const now = draft.before.users.get(user.id);
  const isSame = now?.roleId === role.id && draft.before.roles.get(role.id)?.type === role.type;
  if (!isSame || ('session' in by && now.epoch !== user.epoch)) throw closedError('session_ended');
}

/** Makes a change of the caller's tenant, which leaves an entry in the audit log. */
export function change<T>(call: OperatorCall, work: (draft: Draft) => Promise<T> | T): Promise<T> {
  return audited(call, (begin) =>
    call.ports.accounts.change(call.operator.tenant, async (draft) => {
      checkStillIn(call, draft);
      const made = await work(draft);
      if (!draft.isEmpty) await begin(draft.changes);
      return made;
    }),
  );
}
