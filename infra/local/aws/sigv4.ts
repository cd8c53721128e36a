// Checks the AWS Signature Version 4 of a request, as AWS does: stand-ins serve nobody without this run's key.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface SignedRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** If it is given, its hash must be the signed one. */
  readonly body?: Uint8Array;
}

export interface Scope {
  readonly region: string;
  /** The signing name: `iotdata`, `dynamodb`. */
  readonly service: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/, ]+)\/(\d{8})\/([^/, ]+)\/([^/, ]+)\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;
const SKEW_MS = 15 * 60 * 1000;

/** Makes the check. It returns null if the request is signed with `credentials` for `scope`, else what is wrong. */
export function signatureCheck({ accessKeyId, secretAccessKey }: Credentials, { region, service }: Scope) {
  let key: { readonly day: string; readonly bytes: Buffer } | null = null;
  const keyOf = (day: string): Buffer => {
    if (key?.day !== day) {
      const parts = [day, region, service, 'aws4_request'];
      key = {
        day,
        bytes: parts.reduce<Buffer>(
          (bytes, part) => hmac(bytes, part),
          Buffer.from(`AWS4${secretAccessKey}`),
        ),
      };
    }
    return key.bytes;
  };

  return ({ method, url, headers, body }: SignedRequest): string | null => {
    const parsed = AUTHORIZATION.exec(headers.authorization ?? '');
    if (parsed === null) return 'Missing Authentication Token';
    const [, id, day = '', inRegion, forService, signedHeaders = '', signature = ''] = parsed;
    if (id !== accessKeyId) return 'The security token included in the request is invalid.';
    if (inRegion !== region || forService !== service)
      return `Credential should be scoped to ${region}/${service}.`;
    const date = header(headers, 'x-amz-date');
    const at = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
    if (!date.startsWith(day) || !(Math.abs(Date.now() - at) <= SKEW_MS)) return `Signature expired: ${date}`;
    const bodyHash = header(headers, 'x-amz-content-sha256') || (body === undefined ? '' : sha256(body));
    if (body !== undefined && sha256(body) !== bodyHash)
      return 'The provided x-amz-content-sha256 does not match.';
    const names = signedHeaders.split(';');
    if (!names.includes('host')) return "'Host' must be a 'SignedHeader'.";
    const [path = '/', query = ''] = url.split(/\?(.*)/s);
    const canonical = [
      method,
      path.split('/').map(encode).join('/'),
      canonicalQuery(query),
      ...names.map((name) => `${name}:${header(headers, name)}`),
      '',
      signedHeaders,
      bodyHash,
    ].join('\n');
    const toSign = [
      'AWS4-HMAC-SHA256',
      date,
      `${day}/${region}/${service}/aws4_request`,
      sha256(canonical),
    ].join('\n');
    const right = hmac(keyOf(day), toSign);
    return timingSafeEqual(right, Buffer.from(signature, 'hex'))
      ? null
      : 'The request signature does not match.';
  };
}

function header(headers: IncomingHttpHeaders, name: string): string {
  return [headers[name] ?? []].flat().join(',').trim().replace(/ +/g, ' ');
}

function canonicalQuery(query: string): string {
  const pairs = [...new URLSearchParams(query.replaceAll('+', '%2B'))];
  return pairs
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
}

/** RFC 3986: everything but the unreserved characters. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
