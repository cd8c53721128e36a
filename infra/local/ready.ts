// Waits until the system can be used: every agent connected, every device of its file in the directory.
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';

const POLL_MS = 50;
/** Before that nobody needs to be told. */
const LONG_MS = 10_000;

export class NotReady extends Error {
  override readonly name = 'NotReady';
  readonly code = 'NOT_READY';
}

export interface Expected {
  readonly site: SiteAddress;
  readonly devices: readonly string[];
  readonly log: string;
}

export interface ReadyOptions {
  readonly url: string;
  readonly tokenFor: (tenant: string) => Promise<string>;
  readonly isConnected: (clientId: string) => boolean;
  readonly expected: readonly Expected[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called once with what is missing, if it takes long. */
  readonly onWaiting: (missing: string) => void;
}

const pageSchema = z.object({
  data: z.array(z.object({ id: z.string(), site: z.string() })),
  next_cursor: z.string().optional(),
});

/** Resolves with every device id that the API lists for these tenants, those of the files first. @throws NotReady saying what is missing */
export async function waitUntilReady(options: ReadyOptions): Promise<string[]> {
  const { tokenFor, expected, timeoutMs, signal } = options;
  const deadline = Date.now() + timeoutMs;
  let tellAt = Date.now() + LONG_MS;
  const tenants = [...new Set(expected.map(({ site }) => site.tenant))];
  const tokens = await Promise.all(tenants.map(tokenFor));
  const first = expected.flatMap(({ devices }) => devices);
  for (;;) {
    const { listed, missing } = await look(options, tenants, tokens);
    if (missing === null) return [...new Set([...first, ...listed])];
    if (Date.now() > deadline) throw new NotReady(missing);
    if (Date.now() > tellAt) {
      tellAt = Number.POSITIVE_INFINITY;
      options.onWaiting(missing);
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** What is listed now, and what is still missing, as a sentence. */
async function look(
  { url, isConnected, expected, signal }: ReadyOptions,
  tenants: readonly string[],
  tokens: readonly string[],
): Promise<{ listed: readonly string[]; missing: string | null }> {
  const away = expected.find(({ site }) => !isConnected(clientIdOf(site.tenant, site.site)));
  if (away !== undefined) {
    const missing = `The agent of '${away.site.site}' has not connected. Its log says why: ${away.log}`;
    return { listed: [], missing };
  }
  try {
    const byTenant = await Promise.all(tokens.map((token) => listDevices(url, token, signal)));
    const listed = byTenant.flatMap((devices) => [...devices.keys()]);
    const unlisted = expected.find(({ site, devices }) =>
      devices.some((id) => byTenant[tenants.indexOf(site.tenant)]?.get(id) !== site.site),
    );
    const missing =
      unlisted &&
      `The devices of '${unlisted.site.site}' are not listed. Its log may say why: ${unlisted.log}`;
    return { listed, missing: missing ?? null };
  } catch (error) {
    signal.throwIfAborted();
    return { listed: [], missing: `The API does not list devices: ${String(error)}` };
  }
}

async function listDevices(url: string, token: string, signal: AbortSignal): Promise<Map<string, string>> {
  const devices = new Map<string, string>();
  let cursor: string | undefined;
  do {
    const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const answer = await fetch(`${url}/devices${query}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]),
    });
    if (!answer.ok) throw new NotReady(`GET /devices answered ${answer.status}: ${await answer.text()}`);
    const page = pageSchema.parse(await answer.json());
    for (const { id, site } of page.data) devices.set(id, site);
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return devices;
}
