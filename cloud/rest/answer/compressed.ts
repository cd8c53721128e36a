// Large answers go gzipped to callers who take them so.
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { Answer } from './answer.ts';

/** Smaller bodies fit into one packet anyway. */
export const LEAST_BYTES = 1400;

const zip = promisify(gzip);

/** Whether an Accept-Encoding header takes gzip; a quality of 0 refuses it. */
export function takesGzip(acceptEncoding: string | undefined): boolean {
  const codings = (acceptEncoding ?? '').split(',').map((each) => {
    const [name = '', ...parameters] = each.split(';').map((part) => part.trim().toLowerCase());
    return { name, isRefused: parameters.some((parameter) => /^q=0(\.0{0,3})?$/.test(parameter)) };
  });
  const meant = codings.find(({ name }) => name === 'gzip') ?? codings.find(({ name }) => name === '*');
  return meant !== undefined && !meant.isRefused;
}

/** The answer as it travels to a caller with that Accept-Encoding. */
export async function compressed(answer: Answer, acceptEncoding: string | undefined): Promise<Answer> {
  const { headers, body, isBase64Encoded = false } = answer;
  if (isBase64Encoded || body.length < LEAST_BYTES) return answer;
  const vary = [headers.vary, 'accept-encoding'].filter(Boolean).join(', ');
  if (!takesGzip(acceptEncoding)) return { ...answer, headers: { ...headers, vary } };
  const zipped = await zip(body, { level: constants.Z_BEST_SPEED });
  return {
    ...answer,
    headers: { ...headers, vary, 'content-encoding': 'gzip' },
    body: zipped.toString('base64'),
    isBase64Encoded: true,
  };
}
