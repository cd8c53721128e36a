// The session of the console: it lies in a cookie that no script can read, and opens something only for requests of the console.
import { isLoopbackHost } from './loopback.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** The prefix makes browsers take it from this very host alone, over TLS, for every path. */
const SECURE_NAME = '__Host-sereno';
/** Over plain HTTP to this machine browsers take no secure cookie. */
const LOOPBACK_NAME = 'sereno';
/** No form and no image can send it, and a script of another origin must ask first, which nobody here allows. */
export const CONSOLE_HEADER = 'sereno-console';

function headerOf(headers: Headers, name: string): string | undefined {
  const found = Object.keys(headers).find((header) => header.toLowerCase() === name);
  return found === undefined ? undefined : headers[found];
}

function cookieName(headers: Headers): string {
  return isLoopbackHost(headerOf(headers, 'host')) ? LOOPBACK_NAME : SECURE_NAME;
}

/** Browsers say where a request comes from; older ones say at least the origin. */
function isOfOurOwn(headers: Headers): boolean {
  if (headerOf(headers, CONSOLE_HEADER) === undefined) return false;
  const site = headerOf(headers, 'sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = headerOf(headers, 'origin');
  return origin !== undefined && URL.parse(origin)?.host === headerOf(headers, 'host');
}

/** The session that a request of the console brings, or null. */
export function consoleSession(headers: Headers, cookies: readonly string[]): string | null {
  if (!isOfOurOwn(headers)) return null;
  const begin = `${cookieName(headers)}=`;
  const given = cookies.find((cookie) => cookie.startsWith(begin))?.slice(begin.length) ?? '';
  return /^[0-9a-f]{32}$/.test(given) ? given : null;
}

/** May this request sign somebody in or out? Nobody is to be signed in by another site as somebody else. */
export function isConsoleRequest(headers: Headers): boolean {
  return isOfOurOwn(headers);
}

/** The cookie that keeps `session`; null takes it away. */
export function sessionCookie(headers: Headers, session: string | null): string {
  const name = cookieName(headers);
  const kept = session === null ? '; Max-Age=0' : '';
  const secure = name === SECURE_NAME ? '; Secure' : '';
  return `${name}=${session ?? ''}; Path=/; HttpOnly; SameSite=Strict${secure}${kept}`;
}
