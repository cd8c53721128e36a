// What a write comes to that the roster already decides, so that nothing is written.
import type { SerenoError } from '../../shared/errors.ts';
import type { DeviceSettings } from '../config/load.ts';
import { judge } from './doubt.ts';
import { toSerenoError } from './errors.ts';
import { failure, type Outcome } from './outcome.ts';
import type { Roster } from './roster.ts';
import type { WriteJob } from './write-job.ts';

/**
 * The outcome where a plan could not be made for `error`. A user who is there already, or gone already, is what a job
 * wishes that may have been run by another agent: if all is as wanted, it has succeeded.
 */
export function withoutWrite(job: WriteJob, error: unknown, roster: Roster, device: DeviceSettings): Outcome {
  const known = toSerenoError(error, device);
  if (!job.mayHaveRun() || !isStateOfUser(known) || job.wish.op === 'user.restore') return failure(known);
  const verdict = judge(job.wish, { uid: null, before: null }, roster, true);
  return verdict.kind === 'succeeded'
    ? { status: 'ok', data: verdict.result, verified: 'readback' }
    : failure(known);
}

function isStateOfUser({ code }: SerenoError): boolean {
  return code === 'user_exists' || code === 'user_not_found';
}
