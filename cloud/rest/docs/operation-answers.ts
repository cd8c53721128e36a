// Operations as the contract shows them, with the result of each: what the 200 of its route would have held. Apart from
// the table of routes, which every function loads: a cold start has better things to do.
import * as z from 'zod';
import { wiegandAnswer } from '../../../shared/api/access-answers.ts';
import * as answers from '../../../shared/api/answers.ts';
import { identifierInfoSchema } from '../../../shared/domain/access-identifier.ts';
import type { OperationName } from '../../../shared/wire/operations.ts';

type Body = z.ZodObject<{ success: z.ZodLiteral<true> }>;

/** A 200 body without `success`. */
function resultOf<T extends Body>(body: T) {
  return body.omit({ success: true });
}

/** What became of each item, in the order in which they were asked; their numbers are kept nowhere. */
const infos = z.object({ infos: z.array(identifierInfoSchema) });

/** Operations that are commands of a route; one may end as one of several bodies. */
const results = {
  'user.list': resultOf(answers.userListAnswer),
  'user.get': resultOf(answers.userAnswer),
  'user.put': z.union([resultOf(answers.userCreatedAnswer), resultOf(answers.messageAnswer)]),
  'user.delete': resultOf(answers.messageAnswer),
  'user.restore': resultOf(answers.userRestoredAnswer),
  'finger.list': resultOf(answers.fingerprintsAnswer),
  'finger.enroll': resultOf(answers.enrollStartedAnswer),
  'attendance.list': resultOf(answers.attendanceAnswer),
  'identifier.put': infos,
  'identifier.delete': infos,
  'identifier.reset': infos,
  'identifier.list': z.object({}),
  'wiegand.get': wiegandAnswer,
  'wiegand.put': wiegandAnswer,
  'device.ping': resultOf(answers.pingAnswer),
  'device.info': resultOf(answers.infoAnswer),
  'device.sync_time': resultOf(answers.messageAnswer),
  'device.put': z.union([resultOf(answers.deviceCreatedAnswer), resultOf(answers.deviceUpdatedAnswer)]),
  'device.delete': resultOf(answers.messageAnswer),
} as const satisfies Partial<Record<OperationName, z.ZodType>>;

type ResultOp = keyof typeof results;

function viewOf<N extends ResultOp>(op: N) {
  const id = `Operation_${op.replace('.', '_')}`;
  return answers.operationView.extend({ op: z.literal(op), result: results[op].optional() }).meta({ id });
}

const [first, ...rest] = Object.keys(results) as [ResultOp, ...ResultOp[]];

const operationWithResult = z
  .discriminatedUnion('op', [viewOf(first), ...rest.map(viewOf)])
  .meta({ id: 'OperationWithResult' });

export const operationAnswer = z.object({ success: z.literal(true), data: operationWithResult });
