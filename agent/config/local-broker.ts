// The broker of the branch that agent.yaml names, as a URL.

export interface LocalBrokerAddress {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
}

const DEFAULT_PORT = 1883;

/** Null for what is no URL of such a broker. */
export function localBrokerOf(text: string): LocalBrokerAddress | null {
  if (!URL.canParse(text)) return null;
  const { protocol, hostname, port, pathname, search, hash, username, password } = new URL(text);
  if (
    protocol !== 'mqtt:' ||
    hostname === '' ||
    !['', '/'].includes(pathname) ||
    search !== '' ||
    hash !== ''
  ) {
    return null;
  }
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? DEFAULT_PORT : Number(port),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
  };
}
