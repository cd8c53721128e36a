// A package fetched to the disk, from an address or a file, and checked: what was asked for, signed by the key that is pinned here.
import { createHash, type KeyObject } from 'node:crypto';
import { createReadStream, existsSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { MOST_PACKAGE_BYTES, type PackageManifest } from '../../shared/domain/agent-package.ts';
import type { UpdateRequest } from '../../shared/domain/agent-update.ts';
import { PackageRefused } from './errors.ts';
import { openPackage } from './package-file.ts';

export interface FetchPorts {
  /** Where it is fetched to. */
  readonly file: string;
  /** @throws PackageRefused `unsupported` where none is pinned */
  readonly key: () => KeyObject;
  readonly sleep: (ms: number) => Promise<void>;
  readonly log: Logger;
}

/** Manifest and tarball. */
const MOST_BYTES = MOST_PACKAGE_BYTES + 16 * 1024;
/** Without a byte for so long, it is tried again. */
const STALL_MS = 60_000;
/** Before each further try. */
const PAUSES_MS = [5000, 30_000, 120_000];

/** @throws PackageRefused */
export async function fetchPackage(ports: FetchPorts, request: UpdateRequest): Promise<PackageManifest> {
  const key = ports.key();
  for (const pause of [...PAUSES_MS, null]) {
    try {
      const hash = await download(ports.file, request.url);
      if (hash !== request.sha256) throw new PackageRefused('hash');
      return (await openPackage(ports.file, key)).manifest;
    } catch (error) {
      rmSync(ports.file, { force: true });
      if (error instanceof PackageRefused) throw error;
      if (isStorage(error)) throw new PackageRefused('storage', { cause: error });
      if (pause === null || error instanceof NotThere) throw new PackageRefused('download', { cause: error });
      ports.log.warn({ error: String(error) }, 'package not fetched: it is tried again');
      await ports.sleep(pause);
    }
  }
  throw new PackageRefused('download');
}

/** The address has no package: to try again would end the same. */
class NotThere extends Error {
  override readonly name = 'NotThere';
}

/** @returns SHA-256 of what came */
async function download(file: string, url: string): Promise<string> {
  const handle = await open(file, 'w', 0o600);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of chunksOf(new URL(url))) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) throw new PackageRefused('size');
      hash.update(chunk);
      await handle.writeFile(chunk);
    }
    await handle.sync();
    return hash.digest('hex');
  } finally {
    await handle.close();
  }
}

async function* chunksOf(url: URL): AsyncGenerator<Uint8Array> {
  if (url.protocol === 'file:') return yield* bytesOf(fileURLToPath(url));
  if (!isSafe(url)) throw new NotThere(`packages are fetched over https, not ${url.protocol}`);
  const stall = new AbortController();
  const timer = setTimeout(() => stall.abort(new Error('nothing came for a minute')), STALL_MS);
  try {
    const response = await fetch(url, { signal: stall.signal });
    const { status, body } = response;
    if (status >= 400 && status < 500) throw new NotThere(`the address answers ${status}`);
    if (status !== 200 || body === null) throw new Error(`the address answers ${status}`);
    for await (const chunk of body) {
      timer.refresh();
      yield chunk;
    }
  } finally {
    clearTimeout(timer);
  }
}

function bytesOf(file: string): AsyncIterable<Uint8Array> {
  if (!existsSync(file)) throw new NotThere(`${file} is not there`);
  return createReadStream(file);
}

/** The signature decides, whatever the way; but what is asked for need not be shown to everybody on it. */
function isSafe({ protocol, hostname }: URL): boolean {
  return (
    protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname))
  );
}

function isStorage(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EROFS' || code === 'EFBIG';
}
