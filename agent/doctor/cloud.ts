// The doctor checks the way to the cloud: name, TCP, TLS with the certificate. Not MQTT: a second connection would end the agent's.
import { lookup } from 'node:dns/promises';
import type { EventEmitter } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { AgentConfig } from '../config/load.ts';
import { openTunnel, ProxyError } from '../enrolment/tunnel.ts';
import { waysTo } from '../link/ways.ts';
import { speaksHttp, speaksPlainHttp } from './cloud-http.ts';
import { about, type Finding, messageOf } from './finding.ts';

const STEP_MS = 8000;
/** With TLS 1.3 a server refuses a client's certificate only after the handshake. */
const AFTERTHOUGHT_MS = 500;
const HTTP_MS = 1000;
/** The server does not speak TLS. */
const NO_TLS: readonly string[] = [
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'EPROTO',
];
/** The server knows other protocols than MQTT. */
const NO_MQTT = 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL';
const NEXT_HTTP =
  "'cloud.endpoint' must be the message broker's (xxxx-ats.iot.REGION.amazonaws.com, port 8883), not the API's address.";

const NAME = 'cloud: name';

type Cloud = Omit<NonNullable<AgentConfig['cloud']>, 'days'>;

/** The name of MQTT at a port that others use, too, as the agent sends it. */
const ALPN = 'x-amzn-mqtt-ca';

/**
 * The steps in order, up to the first that fails; by each way that the agent tries, up to the first that leads to the broker.
 *
 * @param ways `host:port`
 */
export async function examineCloud(
  cloud: Cloud,
  stepMs = STEP_MS,
  ways = waysTo(cloud.endpoint, cloud.proxy !== undefined),
): Promise<Finding[]> {
  const shut: Finding[] = [];
  for (const way of ways) {
    const findings = await examineWay(way, cloud, stepMs);
    if (findings.every(({ verdict }) => verdict !== 'failure')) return [...shut.map(asWarning), ...findings];
    if (findings.some(({ subject, verdict }) => subject === NAME && verdict === 'failure')) return findings;
    shut.push(...findings.filter(({ verdict }) => verdict === 'failure'));
    if (way === ways.at(-1)) return ways.length === 1 ? findings : shut;
  }
  return shut;
}

/** The agent has another way: nothing must be done. */
function asWarning({ subject, found }: Finding): Finding {
  return about(subject).ok(`${found} The agent takes the next way.`);
}

async function examineWay(way: string, cloud: Cloud, stepMs: number): Promise<Finding[]> {
  const [host = '', port = ''] = way.split(':');
  const findings: Finding[] = [];
  const at = { host, port: Number(port) };
  // Behind a proxy names are the proxy's business.
  const steps = cloud.proxy === undefined ? [examineName, examineTcp, examineTls] : [examineTcp, examineTls];
  for (const step of steps) {
    const finding = await step(at, cloud, stepMs);
    if (finding !== null) findings.push(finding);
    if (finding?.verdict === 'failure') break;
  }
  return findings;
}

/** A socket to the broker, through the proxy where there is one. @throws ProxyError, the socket's own errors */
async function reach({ host, port }: Endpoint, { proxy }: Cloud, stepMs: number): Promise<Socket> {
  if (proxy !== undefined) return openTunnel(proxy, { host, port }, AbortSignal.timeout(stepMs));
  const socket = connectTcp({ host, port });
  try {
    await within(first(socket, 'connect'), stepMs);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

type Step = (at: Endpoint, cloud: Cloud, stepMs: number) => Promise<Finding | null>;

const examineName: Step = async ({ host }, _cloud, stepMs) => {
  if (isIP(host) !== 0) return null;
  const finding = about(NAME);
  try {
    const { address } = await within(lookup(host), stepMs);
    return finding.ok(`${host} is ${address}.`);
  } catch (error) {
    return finding.failure(
      `${host} is not found: ${messageOf(error)}.`,
      "Check the spelling of 'cloud.endpoint', the network cable and the name server.",
    );
  }
};

const examineTcp: Step = async (at, cloud, stepMs) => {
  const { host, port } = at;
  const { proxy } = cloud;
  const finding = about('cloud: port');
  const through = proxy === undefined ? '' : ` through the proxy ${proxy.host}:${proxy.port}`;
  try {
    (await reach(at, cloud, stepMs)).destroy();
    return finding.ok(`${host}:${port} answers${through}.`);
  } catch (error) {
    if (proxy !== undefined) {
      const why = error instanceof ProxyError ? error.message : `no answer${through}: ${messageOf(error)}`;
      const next = `Let this machine through to ${host}:${port} at the proxy, or correct 'cloud.proxy' in agent.yaml.`;
      return finding.failure(`${host}:${port} is not reached: ${why}.`, next);
    }
    return finding.failure(
      `${host}:${port} does not answer: ${messageOf(error)}.`,
      `Let this machine out to TCP port ${port} in the firewall of the branch.`,
    );
  }
};

const examineTls: Step = async (at, cloud, stepMs) => {
  const { host, port } = at;
  const { certificate, key, ca } = cloud;
  const finding = about('cloud: TLS');
  if (ca !== undefined && !existsSync(ca)) {
    const next = "Put the root certificate of the broker there, or take 'cloud.ca' out of agent.yaml.";
    return finding.failure(`${ca} ('cloud.ca') is not there.`, next);
  }
  let socket: TLSSocket | null = null;
  try {
    socket = connectTls({
      socket: await reach(at, cloud, stepMs),
      ALPNProtocols: [ALPN],
      ...(isIP(host) === 0 && { servername: host }),
      cert: readFileSync(certificate),
      key: readFileSync(key),
      ...(ca !== undefined && { ca: readFileSync(ca) }),
    });
    await within(first(socket, 'secureConnect'), stepMs);
    const refusal = await Promise.race([
      first(socket, 'close').catch(messageOf),
      sleep(AFTERTHOUGHT_MS, null),
    ]);
    if (refusal !== null) {
      const why = typeof refusal === 'string' ? `: ${refusal}` : '';
      const next =
        'It was revoked or replaced, or is not of this account: enrol this machine anew with sereno-agent enroll.';
      return finding.failure(`The cloud refuses this certificate${why}.`, next);
    }
    if (await speaksHttp(socket, HTTP_MS)) {
      return finding.failure(`${host}:${port} is a web server, no message broker.`, NEXT_HTTP);
    }
    return finding.ok('Certificates of both sides are accepted.');
  } catch (error) {
    if (codeOf(error) === NO_MQTT) {
      return finding.failure(`${host}:${port} is a web server, no message broker.`, NEXT_HTTP);
    }
    if (NO_TLS.includes(codeOf(error)) && (await speaksPlainHttp(host, port, HTTP_MS))) {
      return finding.failure(`${host}:${port} speaks plain HTTP, no TLS.`, NEXT_HTTP);
    }
    return finding.failure(
      `No secure line: ${messageOf(error)}.`,
      "Check 'cloud.ca', the machine's clock, and that no proxy opens TLS connections of this network.",
    );
  } finally {
    socket?.destroy();
  }
};

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}

/** The first `event`; rejects on an error before it. */
function first(emitter: EventEmitter, event: string): Promise<true> {
  return new Promise((resolve, reject) => {
    emitter.once(event, () => resolve(true));
    emitter.once('error', reject);
  });
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  const stop = new AbortController();
  const late = sleep(ms, null, { signal: stop.signal }).then(() => {
    throw new Error(`nothing within ${ms / 1000} s`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    stop.abort();
    late.catch(() => undefined);
    work.catch(() => undefined);
  }
}
