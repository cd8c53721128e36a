// The HTTP proxy that a branch lets its machines out through: from agent.yaml, or from the environment as other programs take it.

export interface ProxyAddress {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
}

const DEFAULT_PORT = 80;

/** Null for what is no URL of a proxy: `http://host:port`, with `user:password@` where it asks for them. */
export function proxyOf(text: string): ProxyAddress | null {
  if (!URL.canParse(text)) return null;
  const { protocol, hostname, port, pathname, search, hash, username, password } = new URL(text);
  const isBare = ['', '/'].includes(pathname) && search === '' && hash === '';
  if (protocol !== 'http:' || hostname === '' || !isBare) return null;
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? DEFAULT_PORT : Number(port),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
  };
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/;

/** The URL of a proxy as the environment names it for this host (HTTPS_PROXY, but for what NO_PROXY lists and for this machine); null: none. */
export function proxyUrlFor(host: string, environment: NodeJS.ProcessEnv): string | null {
  const named = environment.HTTPS_PROXY ?? environment.https_proxy ?? '';
  const except = environment.NO_PROXY ?? environment.no_proxy ?? '';
  return named === '' || LOOPBACK.test(host) || isListed(host, except) ? null : named;
}

/** Names match themselves and what is below them; `*` matches everything. */
function isListed(host: string, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .map((entry) => entry.replace(/:\d+$/, '').replace(/^\*?\./, ''))
    .some(
      (name) =>
        name === '*' ||
        name === host.toLowerCase() ||
        (name !== '' && host.toLowerCase().endsWith(`.${name}`)),
    );
}
