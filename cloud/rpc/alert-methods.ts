// The notices of the last month: what an operator was told, or would have been, and why not.

import { isSuperAdmin } from '../accounts/operator.ts';
import type { Notice } from '../alerts/notices.ts';
import { mayBeTold, sees, zoneOf } from '../alerts/recipients.ts';
import { languageOf, wordsOf } from '../alerts/texts.ts';
import { object } from './fields.ts';
import type { OperatorCall } from './method.ts';
import { parsed } from './parse.ts';
import { answered, common, ids, selected } from './query.ts';

/** The newest; older ones are looked for in the table. */
const MOST = 1000;
const NAMES = [
  'alertid',
  'clock',
  'userid',
  'mediatypeid',
  'sendto',
  'subject',
  'message',
  'status',
  'retries',
  'error',
];

const schema = object({ userids: ids.nullish(), ...common });

/** By the numbers that scripts know: 0 not sent yet or not any more, 1 sent, 2 given up. */
const STATUS = { waiting: '0', withdrawn: '0', sent: '1', failed: '2' } as const;

function errorOf({ state, error }: Notice): string {
  return state === 'withdrawn' ? state : state === 'sent' ? '' : (error ?? '');
}

/** Super admins see everybody's, others their own; of each what they may see by now. */
export async function alertGet(call: OperatorCall): Promise<unknown> {
  const { ports, operator } = call;
  const { user, tenant } = operator;
  const options = parsed(schema, Array.isArray(call.params) ? {} : call.params);
  const notices = mayBeTold(operator) ? await ports.notices.latest(tenant, MOST) : [];
  const rows = notices.flatMap((notice) => {
    const { id, createdAt, userId, mediaTypeId, address, state, failures } = notice;
    const changes = notice.changes.filter((change) => sees(operator, change));
    const isMeant =
      (options.userids?.includes(userId) ?? true) && (isSuperAdmin(operator) || userId === user.id);
    if (!isMeant || changes.length === 0) return [];
    const { subject, text } = wordsOf(changes, languageOf(user), zoneOf(user, ports.zone));
    return [
      {
        alertid: id,
        clock: String(Math.floor(createdAt / 1000)),
        userid: userId,
        mediatypeid: mediaTypeId,
        sendto: address,
        subject,
        message: text,
        status: STATUS[state],
        retries: String(failures),
        error: errorOf(notice),
      },
    ];
  });
  return answered(selected({ rows, idName: 'alertid', names: NAMES }, options), 'alertid', options);
}
