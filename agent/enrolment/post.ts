// One POST of JSON over HTTPS, through a proxy where the branch has one.
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import type { ProxyAddress } from '../config/proxy.ts';
import { openTunnel } from './tunnel.ts';

const HEADERS = { 'content-type': 'application/json', 'accept-language': 'en' };
const HTTPS_PORT = 443;

export interface Posted {
  readonly status: number;
  readonly text: string;
}

/** @param proxy taken for https alone: what is not encrypted stays on this machine */
export async function postJson(
  url: URL,
  body: string,
  { proxy, signal }: { readonly proxy: ProxyAddress | null; readonly signal: AbortSignal },
): Promise<Posted> {
  if (proxy !== null && url.protocol === 'https:') return postThrough(proxy, url, body, signal);
  // A redirect would send the token to another server.
  const response = await fetch(url, { method: 'POST', headers: HEADERS, body, redirect: 'error', signal });
  return { status: response.status, text: await response.text() };
}

async function postThrough(
  proxy: ProxyAddress,
  url: URL,
  body: string,
  signal: AbortSignal,
): Promise<Posted> {
  const host = url.hostname;
  const port = url.port === '' ? HTTPS_PORT : Number(url.port);
  const tunnel = await openTunnel(proxy, { host, port }, signal);
  const { promise, resolve, reject } = Promise.withResolvers<Posted>();
  const sent = request(url, {
    method: 'POST',
    headers: { ...HEADERS, 'content-length': Buffer.byteLength(body) },
    signal,
    // Without an agent: the socket is there already.
    createConnection: () => connect({ socket: tunnel, servername: host }),
  });
  sent.on('error', reject);
  sent.on('response', (response) => {
    text(response).then((answer) => resolve({ status: response.statusCode ?? 0, text: answer }), reject);
  });
  sent.end(body);
  try {
    return await promise;
  } finally {
    tunnel.destroy();
  }
}
