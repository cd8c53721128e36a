// How a command's failure is told: the catalogue's error for it, or that it is not certain yet.
import {
  type Applied,
  type ErrorCode,
  type ErrorParams,
  isErrorCode,
  type Language,
  paramText,
} from '../../shared/errors.ts';
import type { Reply } from '../../shared/wire/envelope.ts';
import type { Directory } from '../directory/directory.ts';
import type { ErrorExtras } from '../http/answer.ts';
import { fieldText } from '../http/findings.ts';
import { Problem, type ProblemOptions } from '../http/problem.ts';
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

/** 404 `device_not_found`, with the ids of the tenant's devices. */
export async function deviceNotFound(directory: Directory, tenant: string, device: string): Promise<Problem> {
  const ids = (await directory.devices(tenant)).map(({ id }) => id);
  return new Problem('device_not_found', {
    params: { device },
    extras: { disponibles: ids.slice(0, MOST_NAMED) },
  });
}

/** What is known of a failed command's effect; a read has none. */
export function appliedOf(command: CommandRow, settlement: Settlement): Applied {
  return isRead(command.route) ? 'no' : settlement.applied;
}

/** An agent may name a field's problem by its key in the table of field texts, or by a phrase of the catalogue. */
function invalidFieldOptions(params: ErrorParams): Pick<ProblemOptions, 'params' | 'extras'> {
  const problem = (language: Language) =>
    paramText(fieldText(String(params.problem ?? ''), language), params, language);
  return {
    params: (language) => ({ ...params, problem: problem(language) }),
    extras: (language) => oneDetail(params.field, problem(language)),
  };
}

function oneDetail(field: string | number | undefined, message: string): ErrorExtras {
  return { details: [{ path: String(field ?? ''), message }] };
}

/** 400 `limit_exceeded`: what the terminal's own limit is, in the sentence and for its field. */
export function limitExceeded(params: ErrorParams): Problem {
  return new Problem('limit_exceeded', {
    params,
    extras: (language) => oneDetail(params.field, String(paramText(params.limit, params, language))),
  });
}

/** `ping` answers an unreachable terminal in a form of its own. */
function pingUnreachable(params: ErrorParams): Problem {
  const extras: ErrorExtras = { applied: undefined, ip: String(params.ip ?? '') };
  return new Problem('device_offline', { params, extras });
}

/**
 * The problem that a settlement other than `ok` is, or null where it must not be called a failure: 5xx are
 * only sent where it is certain that nothing was applied.
 */
export async function problemOf(
  command: CommandRow,
  settlement: Settlement,
  directory: Directory,
): Promise<Problem | null> {
  const told = settlement.code ?? CODE_OF[settlement.status];
  const code = isErrorCode(told) ? told : 'internal';
  const applied = appliedOf(command, settlement);
  const { device, site, id } = command;
  const params: ErrorParams = { device, site, operation_id: id, ...settlement.params };
  if (code === 'device_not_found') return deviceNotFound(directory, command.tenant, device);
  if (code === 'limit_exceeded') return limitExceeded(params);
  if (code === 'device_unreachable' && command.route === 'devicePing') return pingUnreachable(params);
  const problem = new Problem(code, {
    params,
    applied,
    headers: { 'sereno-operation': id },
    ...(code === told ? {} : { foreignCode: told }),
    ...(code === 'invalid_field' ? invalidFieldOptions(params) : {}),
  });
  const uncertain = applied === 'unknown' || (problem.status >= 500 && applied !== 'no');
  return uncertain || problem.status < 400 ? null : problem;
}
