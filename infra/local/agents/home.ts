// The folder of one agent: its certificate and the agent.yaml that ties it to the local cloud.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import type { SiteAddress } from '../../../shared/wire/topics.ts';
import type { LocalAuthority } from '../certs/authority.ts';
import { writePrivate } from '../data-dir.ts';

export interface AgentHomeOptions {
  readonly folder: string;
  readonly site: SiteAddress;
  /** Everything of agent.yaml but `cloud` and `data`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** `host:port` of the broker. */
  readonly endpoint: string;
  readonly authority: LocalAuthority;
}

const NAMES = { certificate: 'agent.crt', key: 'agent.key' };
const writtenSchema = z.object({ cloud: z.object({ certificate: z.string(), key: z.string() }) });

/** Where the agent keeps certificate and key: a rotation gives them other names. */
function namesIn(file: string): typeof NAMES {
  const written = writtenSchema.safeParse(existsSync(file) ? parse(readFileSync(file, 'utf8')) : null);
  return written.success ? written.data.cloud : NAMES;
}

/**
 * Writes what the agent needs into its folder and returns the path of its agent.yaml. A certificate that is still valid
 * is kept: the agent may have got a newer one than this one.
 */
export async function furnish({
  folder,
  site,
  config,
  endpoint,
  authority,
}: AgentHomeOptions): Promise<string> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'agent.yaml');
  const kept = namesIn(file);
  const certificate = join(folder, kept.certificate);
  const owner = existsSync(certificate) ? await authority.ownerOf(readFileSync(certificate, 'utf8')) : null;
  const holds = owner?.tenant === site.tenant && owner.site === site.site;
  const names = holds ? kept : NAMES;
  if (!holds) {
    const identity = await authority.issue(site);
    writePrivate(join(folder, names.key), identity.keyPem);
    writePrivate(join(folder, names.certificate), identity.pem);
  }
  writePrivate(join(folder, 'ca.pem'), authority.rootPem);
  const cloud = { ...names, endpoint, ca: 'ca.pem' };
  writePrivate(file, stringify({ ...config, ...site, cloud, data: './data' }));
  return file;
}
