// Notices that agent.yaml names another certificate: a token has brought it.
import { X509Certificate } from 'node:crypto';
import { unwatchFile, watchFile } from 'node:fs';
import type { Logger } from 'pino';
import { type AgentConfig, loadConfig } from '../config/load.ts';

const POLL_MS = 2000;
const DAY_MS = 24 * 3600 * 1000;

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
  const look = () => {
    const next = cloudIn(file, config, log);
    if (next === null || JSON.stringify(next) === JSON.stringify(current)) return;
    current = next;
    log.info({ certificate: next.certificate }, 'a new certificate: the line is made anew');
    onRenewed(next);
  };
  // Polled: a watch on the file itself misses a rename into place.
  watchFile(file, { interval: POLL_MS, persistent: false }, look);
  return { [Symbol.dispose]: () => unwatchFile(file, look) };
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
