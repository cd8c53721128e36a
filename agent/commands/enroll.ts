// `sereno-agent enroll` and `rotate`: a token becomes a certificate, an agent.yaml and a running agent.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type ProxyAddress, proxyOf, proxyUrlFor } from '../config/proxy.ts';
import { EnrolmentError } from '../enrolment/errors.ts';
import { type Enrolled, exchange } from '../enrolment/exchange.ts';
import { pendingKeyFile, readHome, settle } from '../enrolment/home.ts';
import { certificateRequest, pendingKey } from '../enrolment/request.ts';
import { UNIT, UNIT_FILE } from '../service/names.ts';
import { run } from './run.ts';

export interface EnrollOptions {
  readonly url: string;
  readonly token: string;
  readonly config: string;
  readonly data?: string;
  /** URL; left out: that of the environment. */
  readonly proxy?: string;
  readonly force?: boolean;
  readonly start: boolean;
  readonly logLevel: string;
}

export type RotateOptions = Pick<EnrollOptions, 'url' | 'token' | 'config' | 'proxy'>;

/**
 * Gets the certificate, writes agent.yaml and starts the agent: through systemd where it is installed, else here.
 * @throws EnrolmentError, SerenoError `config_invalid`
 */
export async function enroll(options: EnrollOptions): Promise<void> {
  const { tenant, site } = await certify(options);
  say(`Enrolled as '${site}' of '${tenant}': ${options.config}`);
  if (!options.start) return;
  if (!existsSync(UNIT_FILE)) return run({ config: options.config, logLevel: options.logLevel });
  const { status } = spawnSync('systemctl', ['restart', UNIT], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`systemctl restart ${UNIT} failed: see journalctl -u ${UNIT}.`);
  say(`${UNIT} is started.`);
}

/**
 * Replaces the certificate of an agent that has one. A running agent sees the change and connects anew; the old
 * certificate is revoked by the cloud as soon as the new one has said hello.
 * @throws EnrolmentError, SerenoError `config_invalid`
 */
export async function rotate(options: RotateOptions): Promise<void> {
  if (!existsSync(options.config)) {
    throw new EnrolmentError('other_site', `${options.config} is not there: 'enroll' makes it.`);
  }
  const { site } = await certify(options);
  say(`'${site}' has a new certificate. A running agent connects with it within seconds.`);
}

async function certify(options: RotateOptions & Partial<EnrollOptions>): Promise<Enrolled> {
  const { url, token, config, data, force } = options;
  const proxy = proxyTo(options);
  const document = readHome(config);
  const key = pendingKey(pendingKeyFile(config));
  const enrolled = await exchange({
    url,
    token,
    csr: await certificateRequest(key),
    ...(proxy === null ? {} : { proxy: proxy.address }),
    onWait: ({ message }, ms) =>
      process.stderr.write(`${message} Trying again in ${ms / 1000} s (Ctrl+C ends it).\n`),
  });
  // A service knows nothing of the environment of this shell.
  settle(document, enrolled, key, { config, data, force, proxy: proxy?.url });
  return enrolled;
}

/** @throws EnrolmentError `proxy_invalid` */
function proxyTo({
  url,
  proxy,
}: RotateOptions): { readonly url: string; readonly address: ProxyAddress } | null {
  const named = proxy ?? proxyUrlFor(URL.parse(url)?.hostname ?? '', process.env);
  if (named === null) return null;
  const address = proxyOf(named);
  if (address !== null) return { url: named, address };
  const from = proxy === undefined ? 'HTTPS_PROXY' : '--proxy';
  throw new EnrolmentError('proxy_invalid', `${from} must be a URL such as http://proxy.lan:3128.`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
