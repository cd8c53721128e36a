// The doctor checks the way to the cloud: name, TCP, TLS with the certificate. Not MQTT: a second connection would end the agent's.
import { lookup } from 'node:dns/promises';
import type { EventEmitter } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect as connectTcp, isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { AgentConfig } from '../config/load.ts';
import { speaksHttp, speaksPlainHttp } from './cloud-http.ts';
import { about, type Finding, messageOf } from './finding.ts';

const DEFAULT_PORT = 8883;
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
const NEXT_HTTP =
  "'cloud.endpoint' must be the message broker's (xxxx-ats.iot.REGION.amazonaws.com, port 8883), not the API's address.";

type Cloud = Omit<NonNullable<AgentConfig['cloud']>, 'days'>;

/** The steps in order, up to the first that fails. */
export async function examineCloud(cloud: Cloud, stepMs = STEP_MS): Promise<Finding[]> {
  const [host = '', port = `${DEFAULT_PORT}`] = cloud.endpoint.split(':');
  const findings: Finding[] = [];
  const at = { host, port: Number(port) };
  for (const step of [examineName, examineTcp, examineTls]) {
    const finding = await step(at, cloud, stepMs);
    if (finding !== null) findings.push(finding);
    if (finding?.verdict === 'failure') break;
  }
  return findings;
}

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

type Step = (at: Endpoint, cloud: Cloud, stepMs: number) => Promise<Finding | null>;

const examineName: Step = async ({ host }, _cloud, stepMs) => {
  if (isIP(host) !== 0) return null;
  const finding = about('cloud: name');
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

const examineTcp: Step = async ({ host, port }, _cloud, stepMs) => {
  const finding = about('cloud: port');
  const socket = connectTcp({ host, port });
  try {
    await within(first(socket, 'connect'), stepMs);
    return finding.ok(`${host}:${port} answers.`);
  } catch (error) {
    return finding.failure(
      `${host}:${port} does not answer: ${messageOf(error)}.`,
      `Let this machine out to TCP port ${port} in the firewall of the branch.`,
    );
  } finally {
    socket.destroy();
  }
};

const examineTls: Step = async ({ host, port }, { certificate, key, ca }, stepMs) => {
  const finding = about('cloud: TLS');
  if (ca !== undefined && !existsSync(ca)) {
    const next = "Put the root certificate of the broker there, or take 'cloud.ca' out of agent.yaml.";
    return finding.failure(`${ca} ('cloud.ca') is not there.`, next);
  }
  let socket: TLSSocket | null = null;
  try {
    socket = connectTls({
      host,
      port,
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
