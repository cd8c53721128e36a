// The folder of an enrolled agent: agent.yaml names certificate and key, so that one rename switches both.
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Document, isMap, parseDocument } from 'yaml';
import * as z from 'zod';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import { configInvalid, mustBeYaml, unreadable } from '../config/problems.ts';
import { EnrolmentError } from './errors.ts';
import type { Enrolled } from './exchange.ts';
import { writeWhole } from './files.ts';

/** The first agent.yaml of a branch; site, tenant and cloud are filled in. */
const TEMPLATE = `# This branch and its terminals. A change counts from the agent's next start on.
# The terminals go to the end of the file, as 'sereno-agent discover' prints them:
# devices:
#   - id: principal
#     name: Entrada principal
#     host: 192.168.1.201

site:
tenant:
cloud:
`;
const OWN_FILE = /^agent-[0-9a-f]{12}\.(crt|key)$/;

const writtenSchema = z.object({
  site: z.string().min(1),
  tenant: z.string().default('local'),
  cloud: z.object({ certificate: z.string(), key: z.string(), proxy: z.string() }).partial().optional(),
});

export interface HomeOptions {
  /** Path of agent.yaml. */
  readonly config: string;
  /** Data folder to write into agent.yaml; left out: the file keeps its own. */
  readonly data?: string | undefined;
  /** URL of the proxy that the cloud was reached through, to be written; left out: the file keeps its own. */
  readonly proxy?: string | undefined;
  /** Allows taking over a file that belongs to another site. */
  readonly force?: boolean | undefined;
}

/** Where the key waits for its certificate. */
export function pendingKeyFile(config: string): string {
  return join(dirname(resolve(config)), 'agent-pending.key');
}

/**
 * Reads agent.yaml, where there is one, before anything is asked of the cloud.
 * @throws SerenoError `config_invalid` if it cannot be read, or is not YAML
 */
export function readHome(config: string): Document {
  const document = parseDocument(existsSync(config) ? textOf(config) : TEMPLATE);
  mustBeYaml(config, document);
  if (document.contents !== null && !isMap(document.contents)) {
    throw configInvalid(config, [
      { line: 1, key: '', problem: 'must be a block of lines such as "site: norte"' },
    ]);
  }
  return document;
}

function textOf(config: string): string {
  try {
    return readFileSync(config, 'utf8');
  } catch (cause) {
    throw unreadable(config, cause as NodeJS.ErrnoException);
  }
}

/**
 * Writes certificate, key and root under names of their own, then agent.yaml by one rename, and removes the pair that
 * it named before. Devices, comments and everything else of the file stay.
 * @throws EnrolmentError `other_site` unless forced, `answer_invalid` if the certificate is not for this key
 */
export function settle(document: Document, enrolled: Enrolled, keyPem: string, options: HomeOptions): void {
  const { certificate, endpoint, ca, tenant, site, certificate_days } = enrolled;
  const written = writtenSchema.safeParse(document.toJS());
  const isOther = written.success && !isSame(written.data, enrolled);
  if (isOther && options.force !== true) throw otherSite(written.data, enrolled, options.config);
  const folder = dirname(resolve(options.config));
  const name = `agent-${fingerprint(certificate, keyPem)}`;
  writeWhole(join(folder, `${name}.key`), keyPem);
  writeWhole(join(folder, `${name}.crt`), certificate);
  writeWhole(join(folder, 'root-ca.pem'), ca);
  document.set('site', site);
  document.set('tenant', tenant);
  const days = certificate_days === undefined ? {} : { certificate_days };
  const proxy = options.proxy ?? written.data?.cloud?.proxy;
  const files = { certificate: `${name}.crt`, key: `${name}.key`, ca: 'root-ca.pem' };
  const cloud = { endpoint, ...files, ...(proxy === undefined ? {} : { proxy }), ...days };
  document.set('cloud', document.createNode(cloud));
  const data = options.data === undefined ? undefined : resolve(options.data);
  // A folder of its own: the journal of the other site holds replies for topics that this one may not use.
  if (isOther) document.set('data', join(data ?? 'data', `${tenant}-${site}`));
  else if (data !== undefined) document.set('data', data);
  writeWhole(resolve(options.config), document.toString());
  rmSync(pendingKeyFile(options.config), { force: true });
  const { certificate: oldCertificate = '', key: oldKey = '' } = written.data?.cloud ?? {};
  for (const old of [oldCertificate, oldKey]) {
    if (OWN_FILE.test(old) && !old.startsWith(name)) rmSync(join(folder, old), { force: true });
  }
}

function isSame(written: SiteAddress, enrolled: SiteAddress): boolean {
  return written.site === enrolled.site && written.tenant === enrolled.tenant;
}

function otherSite(written: SiteAddress, enrolled: SiteAddress, config: string): EnrolmentError {
  return new EnrolmentError(
    'other_site',
    `${config} is for '${written.tenant}/${written.site}', the token is for '${enrolled.tenant}/${enrolled.site}'. ` +
      'Give another --config, or --force to make this file the other site’s (the same token still works for 15 minutes).',
  );
}

/**
 * The first 12 hex digits of the certificate's SHA-256.
 * @throws EnrolmentError `answer_invalid` if it is none, or not for this key
 */
export function fingerprint(certificate: string, keyPem: string): string {
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(certificate);
  } catch (cause) {
    throw new EnrolmentError('answer_invalid', 'The cloud sent no certificate.', { cause });
  }
  if (!parsed.checkPrivateKey(createPrivateKey(keyPem))) {
    throw new EnrolmentError('answer_invalid', "The certificate is not for this agent's key.");
  }
  return createHash('sha256').update(parsed.raw).digest('hex').slice(0, 12);
}
