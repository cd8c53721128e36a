// The doctor checks certificate and key: readable, belonging together, and good for how long.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { AgentConfig } from '../config/load.ts';
import { daysLeft } from '../enrolment/watch.ts';
import { about, type Finding, messageOf } from './finding.ts';

/** The agent renews it by itself from 30 days before its end on. */
const WARN_DAYS = 15;
const RENEW =
  'Put it back where agent.yaml says, or get a token (POST /sites/{site}/enrollments) and run sereno-agent enroll.';
const REPLACE = 'Get a token (POST /sites/{site}/enrollments) and run sereno-agent rotate.';

type Cloud = Omit<NonNullable<AgentConfig['cloud']>, 'days'>;

export function examineCertificate({ certificate, key }: Cloud, now: number): Finding[] {
  const finding = about('certificate');
  const files = { certificate, key };
  const missing = Object.entries(files).filter(([, path]) => !existsSync(path));
  if (missing.length > 0) {
    return missing.map(([name, path]) =>
      about(name).failure(`${path} ('cloud.${name}') is not there.`, RENEW),
    );
  }
  try {
    const pem = readFileSync(certificate, 'utf8');
    const parsed = new X509Certificate(pem);
    if (!parsed.checkPrivateKey(createPrivateKey(readFileSync(key)))) {
      return [finding.failure(`${key} is not the key of ${certificate}.`, REPLACE)];
    }
    return [lifetime(pem, parsed, now), ...privacy(key)];
  } catch (error) {
    return [finding.failure(`It cannot be used: ${messageOf(error)}.`, REPLACE)];
  }
}

function lifetime(pem: string, { validFromDate, validToDate }: X509Certificate, now: number): Finding {
  const finding = about('certificate');
  const until = validToDate.toISOString().slice(0, 10);
  const days = daysLeft(pem, now);
  if (validFromDate.getTime() > now) {
    const from = validFromDate.toISOString();
    return finding.failure(
      `It is not valid before ${from}.`,
      "Set the machine's clock: timedatectl set-ntp true",
    );
  }
  if (validToDate.getTime() <= now) return finding.failure(`It ended on ${until}.`, REPLACE);
  if (days < WARN_DAYS)
    return finding.warning(`It ends on ${until}, in ${days} days, and was not renewed by itself.`, REPLACE);
  return finding.ok(`Valid until ${until}.`);
}

function privacy(key: string): Finding[] {
  if (process.platform === 'win32' || (statSync(key).mode & 0o077) === 0) return [];
  return [about('key').warning(`${key} can be read by others.`, `chmod 600 ${key}`)];
}
