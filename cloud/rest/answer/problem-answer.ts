// Any error as the answer that the REST contract has for it: what comes from below the face gets its words here.
import type { ErrorCode, ErrorParams, Language } from '../../../shared/errors.ts';
import { SerenoError } from '../../../shared/errors.ts';
import { type Param, Spoken, wordsOf } from '../../../shared/words.ts';
import { CommandFailure } from '../../commands/failure.ts';
import { DeviceNotFound } from '../../directory/locate.ts';
import { FieldError, FieldErrors } from '../../field-error.ts';
import { type Answer, type ErrorExtras, json } from './answer.ts';
import { fieldText, invalid, invalidField, problemText } from './findings.ts';
import { Problem, type ProblemOptions, spoken } from './problem.ts';

/** Seconds after which a repeat may fare better. */
const RETRY_AFTER: Partial<Record<ErrorCode, number>> = {
  agent_offline: 10,
  agent_storage: 30,
  device_busy: 5,
  service_unavailable: 5,
  too_many_calls: 5,
  too_many_requests: 1,
  idempotency_in_progress: 1,
};

function oneDetail(field: Param | undefined, message: string): ErrorExtras {
  return { details: [{ path: String(field ?? ''), message }] };
}

/** What the body holds besides the sentence, made of the error's own params. */
function optionsOf(code: ErrorCode, params: ErrorParams): ProblemOptions {
  switch (code) {
    case 'invalid_field':
      return {
        params: (language) => ({ ...params, problem: new Spoken(problemText(params, language)) }),
        extras: (language) => oneDetail(params.field, problemText(params, language)),
      };
    case 'limit_exceeded':
      return {
        params,
        extras: (language) => oneDetail(params.field, wordsOf(params.limit ?? '', params, language)),
      };
    default:
      return { params };
  }
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
function pingUnreachable({ code, params }: CommandFailure): Problem {
  const extras: ErrorExtras = { applied: undefined, ip: String(params.ip ?? '') };
  return new Problem(code === 'device_unreachable' ? 'device_offline' : code, {
    params,
    extras,
    status: 503,
  });
}

function failureProblem(failure: CommandFailure): Problem {
  const { code, shownCode, params, applied, command } = failure;
  if (UNREACHED.has(code) && command.route === 'devicePing') return pingUnreachable(failure);
  return new Problem(code, {
    ...optionsOf(code, params),
    applied,
    headers: { 'sereno-operation': command.id },
    ...(code === shownCode ? {} : { foreignCode: shownCode }),
  });
}

/** An error in the words of the contract; one that is not a SerenoError is our fault and happened before anything was sent. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof FieldError) return invalid(error.path, error.text);
  if (error instanceof FieldErrors) {
    return invalidField(
      error.faults.map(({ path, text }) => ({ path, text: (language) => fieldText(text, language) })),
    );
  }
  if (error instanceof CommandFailure) return failureProblem(error);
  if (!(error instanceof SerenoError)) return new Problem('internal', { cause: error });
  const { code, params, applied } = error;
  const named = error instanceof DeviceNotFound ? error.available : null;
  return new Problem(code, {
    ...optionsOf(code, params),
    applied,
    ...(named === null ? {} : { extras: { disponibles: named } }),
  });
}

/** The answer to any error. */
export function problemAnswer(error: unknown, language: Language): Answer {
  const problem = problemOf(error);
  const { code, applied, options } = problem;
  const status = options.status ?? problem.status;
  const retryAfter = RETRY_AFTER[code];
  const body = {
    success: false,
    error: problem.text(language),
    code: problem.shownCode,
    ...(status >= 500 ? { applied } : {}),
    ...spoken(options.extras ?? {}, language),
  };
  return json(status, body, {
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...options.headers,
  });
}
