// Operations on rules, as long as this agent keeps none: they are rejected, as those that it does not know.
import { SerenoError } from '../shared/errors.ts';
import { failure } from './result.ts';

const unknown = async () =>
  failure(new SerenoError('rejected', { params: { reason: '@operation_unknown' } }));

export const noRules = {
  'identifier.put': unknown,
  'identifier.delete': unknown,
  'identifier.reset': unknown,
  'identifier.list': unknown,
  'wiegand.put': unknown,
  'wiegand.get': unknown,
} as const;
