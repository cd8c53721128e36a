// Notices that agent.yaml names another certificate, and that the one in use is about to expire.
import { X509Certificate } from 'node:crypto';
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Logger } from 'pino';
import { type AgentConfig, loadConfig } from '../config/load.ts';

const POLL_MS = 2000;
const DAY_MS = 24 * 3600 * 1000;
/** From this many days before the end the agent logs daily that its certificate must be replaced. */
const WARN_DAYS = 30;

type Cloud = NonNullable<AgentConfig['cloud']>;

/** Whole days that the certificate is still valid; negative once it has expired. */
export function daysLeft(certificatePem: string, now: number): number {
  return Math.floor((new X509Certificate(certificatePem).validToDate.getTime() - now) / DAY_MS);
}

export interface WatchOptions {
  readonly file: string;
  readonly config: AgentConfig;
  readonly log: Logger;
  /** The same site, another certificate or endpoint. */
  readonly onRenewed: (cloud: Cloud) => void;
}

/** Watches until it is disposed. A file that is wrong, or now another site's, changes nothing here. */
export function watchCertificate({ file, config, log, onRenewed }: WatchOptions): Disposable {
  let current = config.cloud;
  const warn = () => {
    if (current !== null) warnBeforeExpiry(current.certificate, log);
  };
  const look = () => {
    const next = cloudIn(file, config, log);
    if (next === null || JSON.stringify(next) === JSON.stringify(current)) return;
    current = next;
    log.info({ certificate: next.certificate }, 'a new certificate: the line is made anew');
    onRenewed(next);
    warn();
  };
  // Polled: a watch on the file itself misses a rename into place.
  watchFile(file, { interval: POLL_MS, persistent: false }, look);
  const daily = setInterval(warn, DAY_MS);
  warn();
  return {
    [Symbol.dispose]: () => {
      unwatchFile(file, look);
      clearInterval(daily);
    },
  };
}

function cloudIn(file: string, { tenant, site }: AgentConfig, log: Logger): Cloud | null {
  try {
    const now = loadConfig(file, process.env);
    return now.tenant === tenant && now.site === site ? now.cloud : null;
  } catch (error) {
    log.warn(
      { error: String(error) },
      'agent.yaml has changed and is not valid; the agent goes on as it was',
    );
    return null;
  }
}

function warnBeforeExpiry(certificate: string, log: Logger): void {
  try {
    const days = daysLeft(readFileSync(certificate, 'utf8'), Date.now());
    if (days < WARN_DAYS)
      log.warn({ days }, "the certificate runs out: replace it with 'sereno-agent rotate'");
  } catch (error) {
    log.error({ error: String(error) }, 'the certificate cannot be read');
  }
}
