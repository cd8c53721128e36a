// Asks the cloud for the certificate: one HTTPS call, repeated until the answer is final.
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { agentEnrolledAnswer } from '../../shared/api/enrolment.ts';
import type { ProxyAddress } from '../config/proxy.ts';
import { EnrolmentError } from './errors.ts';
import { type Posted, postJson } from './post.ts';

export type Enrolled = z.infer<typeof agentEnrolledAnswer>['data'];

const ATTEMPT_MS = 30_000;
/** Between attempts: where agents are installed the network often comes and goes. */
const PAUSES_MS = [1000, 2000, 4000, 8000, 15_000];
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

const refusalSchema = z.object({ error: z.string(), code: z.string() });

export interface ExchangeOptions {
  readonly url: string;
  readonly token: string;
  /** PEM. */
  readonly csr: string;
  readonly proxy?: ProxyAddress | null;
  readonly signal?: AbortSignal;
  readonly pausesMs?: readonly number[];
  /** Called before each further attempt. */
  readonly onWait?: (failure: EnrolmentError, pauseMs: number) => void;
}

/**
 * Trades token and request for a certificate. The same request may be sent again: the cloud gives the same
 * certificate to the same key.
 * @throws EnrolmentError `url_insecure`, `unreachable` after the last attempt, `refused` with the cloud's sentence,
 *   `answer_invalid`; the signal's reason
 */
export async function exchange(options: ExchangeOptions): Promise<Enrolled> {
  const { url, token, csr, signal = new AbortController().signal, pausesMs = PAUSES_MS, onWait } = options;
  const { proxy = null } = options;
  const target = enrolUrl(url);
  const body = JSON.stringify({ token, csr });
  for (let attempt = 0; ; attempt++) {
    const answer = await post(target, body, proxy, signal);
    if (!(answer instanceof EnrolmentError)) return answer;
    const pause = pausesMs[attempt];
    if (answer.code !== 'unreachable' || pause === undefined) throw answer;
    onWait?.(answer, pause);
    await sleep(pause, undefined, { signal });
  }
}

/** A token sent in the clear could be used by anybody. */
function enrolUrl(base: string): URL {
  const url = URL.parse(base);
  if (
    url === null ||
    (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.test(url.hostname)))
  ) {
    throw new EnrolmentError('url_insecure', `--url must begin with https:// (it is '${base}').`);
  }
  return new URL(`${url.pathname.replace(/\/$/, '')}/enroll`, url);
}

async function post(
  url: URL,
  body: string,
  proxy: ProxyAddress | null,
  signal: AbortSignal,
): Promise<Enrolled | EnrolmentError> {
  let posted: Posted;
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]);
    posted = await postJson(url, body, { proxy, signal: within });
  } catch (cause) {
    signal.throwIfAborted();
    return new EnrolmentError(
      'unreachable',
      `${url.host} could not be reached: ${reasonOf(cause)}. Check --url, the network cable, and that the firewall lets this machine out${proxy === null ? '; a proxy of the branch is named by --proxy' : ''}.`,
      {
        cause,
      },
    );
  }
  const { status, text } = posted;
  if (status === 429 || status >= 500) {
    return new EnrolmentError('unreachable', `${url.host} answered ${status}; try again later.`);
  }
  return read(status, text);
}

function read(status: number, text: string): Enrolled | EnrolmentError {
  const json = parsed(text);
  const answer = agentEnrolledAnswer.safeParse(json);
  if (status === 200 && answer.success) return answer.data.data;
  const refusal = refusalSchema.safeParse(json);
  if (refusal.success) {
    const { error, code } = refusal.data;
    const isOfToken = code === 'token_invalid' || code === 'invalid_field';
    const next = isOfToken ? ' Get a new one: POST /sites/{site}/enrollments.' : '';
    const doubt = status === 404 ? ' Is --url right?' : '';
    return new EnrolmentError('refused', `${error}${next}${doubt}`);
  }
  return new EnrolmentError('answer_invalid', `The answer (${status}) is none of Sereno's. Is --url right?`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** fetch hides what happened in `cause`. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message;
}
