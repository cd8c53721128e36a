// How a command's failure is told: the catalogue's error for it, or that it is not certain yet.
import type { Principal } from '../../shared/api/principal.ts';
import { routes } from '../../shared/api/routes.ts';
import { type Applied, type ErrorCode, type ErrorParams, isErrorCode } from '../../shared/errors.ts';
import type { Reply } from '../../shared/wire/envelope.ts';
import { type Param, Spoken, wordsOf } from '../../shared/words.ts';
import type { Directory } from '../directory/directory.ts';
import type { ErrorExtras } from '../rest/answer.ts';
import { toldProblem } from '../rest/findings.ts';
import { Problem, type ProblemOptions } from '../rest/problem.ts';
import type { CommandRow, Settlement } from './ledger.ts';
import { isRead } from './routes.ts';

/** What a status means where the reply names no code. */
const CODE_OF: Record<Reply['status'], ErrorCode> = {
  ok: 'internal',
  error: 'internal',
  rejected: 'rejected',
  expired: 'expired',
  busy: 'device_busy',
  cancelled: 'cancelled',
  unknown: 'outcome_unknown',
};

/** 404s name the ids that there are, at most so many. */
const MOST_NAMED = 100;

/** Asks for the ids that a 404 may name; null: none may be named, or nobody will read them. */
export type Nameable = (() => Promise<readonly string[]>) | null;

/** A caller who may not list devices must not learn their ids by guessing wrong. */
export function nameable(directory: Directory, { tenant, scopes }: Principal): Nameable {
  if (!scopes.has(routes.deviceList.access)) return null;
  return async () => (await directory.devices(tenant)).slice(0, MOST_NAMED).map(({ id }) => id);
}

/** 404 `device_not_found`, with the ids that there are for who may read them. */
export async function deviceNotFound(device: string, named: Nameable): Promise<Problem> {
  return new Problem('device_not_found', {
    params: { device },
    ...(named === null ? {} : { extras: { disponibles: await named() } }),
  });
}

/** What is known of a failed command's effect; a read has none. */
export function appliedOf(command: CommandRow, settlement: Settlement): Applied {
  return isRead(command.route) ? 'no' : settlement.applied;
}

function invalidFieldOptions(params: ErrorParams): Pick<ProblemOptions, 'params' | 'extras'> {
  return {
    params: (language) => ({ ...params, problem: new Spoken(toldProblem(params, language)) }),
    extras: (language) => oneDetail(params.field, toldProblem(params, language)),
  };
}

function oneDetail(field: Param | undefined, message: string): ErrorExtras {
  return { details: [{ path: String(field ?? ''), message }] };
}

/** 400 `limit_exceeded`: what the terminal's own limit is, in the sentence and for its field. */
export function limitExceeded(params: ErrorParams): Problem {
  return new Problem('limit_exceeded', {
    params,
    extras: (language) => oneDetail(params.field, wordsOf(params.limit ?? '', params, language)),
  });
}

/** How no conversation with a terminal comes about. */
const UNREACHED: ReadonlySet<ErrorCode> = new Set([
  'device_unreachable',
  'device_hung_up',
  'device_no_route',
  'device_port_closed',
  'device_name_unknown',
]);

/** `ping` answers an unreachable terminal in a form of its own, with the sentence that is true of it. */
function pingUnreachable(code: ErrorCode, params: ErrorParams): Problem {
  const extras: ErrorExtras = { applied: undefined, ip: String(params.ip ?? '') };
  return new Problem(code === 'device_unreachable' ? 'device_offline' : code, {
    params,
    extras,
    status: 503,
  });
}

/**
 * The problem that a settlement other than `ok` is, or null where it must not be called a failure: 5xx are
 * only sent where it is certain that nothing was applied.
 */
export async function problemOf(
  command: CommandRow,
  settlement: Settlement,
  named: Nameable,
): Promise<Problem | null> {
  const given = settlement.code ?? CODE_OF[settlement.status];
  const code = isErrorCode(given) ? given : 'internal';
  const applied = appliedOf(command, settlement);
  const { device, site, id } = command;
  const params: ErrorParams = { device, site, operation_id: id, ...settlement.params };
  if (code === 'device_not_found') return deviceNotFound(device, named);
  if (code === 'limit_exceeded') return limitExceeded(params);
  if (UNREACHED.has(code) && command.route === 'devicePing') return pingUnreachable(code, params);
  const problem = new Problem(code, {
    params,
    applied,
    headers: { 'sereno-operation': id },
    ...(code === given ? {} : { foreignCode: given }),
    ...(code === 'invalid_field' ? invalidFieldOptions(params) : {}),
  });
  const uncertain = applied === 'unknown' || (problem.status >= 500 && applied !== 'no');
  return uncertain || problem.status < 400 ? null : problem;
}
