// A signed package is one file: a line with manifest and signature, and behind it the tarball.
//
// One file has one address and one SHA-256, and cannot be torn apart on its way. What is signed is the text of the manifest as it stands in the
// line, under a heading of its own, so that a signature made for anything else counts for nothing here.
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type PackageManifest, packageManifestSchema } from '../../shared/domain/agent-package.ts';
import { PackageRefused } from './errors.ts';

const MAGIC = 'sereno-package-1';
const HEADING = 'Sereno: package of the agent, version 1\n';
/** The first line is looked for this far. */
const LONGEST_LINE = 16 * 1024;

export interface SigningKeys {
  /** PKCS #8, PEM. */
  readonly privateKey: string;
  /** SPKI, PEM: what is pinned where the agent is installed. */
  readonly publicKey: string;
}

/** A new Ed25519 pair. */
export function newSigningKeys(): SigningKeys {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** The first line of a package, with its line end. @param key private, Ed25519 @throws Error for a key of another kind */
export function packageLine(manifest: PackageManifest, key: KeyObject): Buffer {
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('packages are signed with an Ed25519 key');
  const text = Buffer.from(JSON.stringify(packageManifestSchema.parse(manifest)));
  const signature = sign(null, signed(text), key);
  return Buffer.from(`${MAGIC} ${text.toString('base64')} ${signature.toString('base64')}\n`);
}

/** A public key that packages are checked with. @throws Error where it is none */
export function pinnedKey(pem: string): KeyObject {
  const key = createPublicKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('the pinned key is no Ed25519 key');
  return key;
}

export interface OpenedPackage {
  readonly manifest: PackageManifest;
  /** Where the tarball begins in the file. */
  readonly from: number;
}

/**
 * Checks all of a file against the key: signature, size and hash of the tarball.
 *
 * @throws PackageRefused `signature` for a line that this key has not signed, `size`, `hash`; the file system's errors
 */
export async function openPackage(file: string, key: KeyObject): Promise<OpenedPackage> {
  const line = await firstLine(file);
  const manifest = manifestIn(line.toString('latin1'), key);
  const from = line.length + 1;
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(file, { start: from })) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size > manifest.size) throw new PackageRefused('size');
    hash.update(bytes);
  }
  if (size !== manifest.size) throw new PackageRefused('size');
  if (hash.digest('hex') !== manifest.sha256) throw new PackageRefused('hash');
  return { manifest, from };
}

function signed(text: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(HEADING), text]);
}

function manifestIn(line: string, key: KeyObject): PackageManifest {
  const [, text = '', signature = ''] = line.split(' ');
  const bytes = Buffer.from(text, 'base64');
  const made = Buffer.from(signature, 'base64');
  // Base64 has other spellings of the same bytes: a package has one.
  const isPlain = `${MAGIC} ${bytes.toString('base64')} ${made.toString('base64')}` === line;
  if (!isPlain || !verify(null, signed(bytes), key, made)) throw new PackageRefused('signature');
  try {
    return packageManifestSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    // Signed, but by a later version of the format: it is not guessed at.
    throw new PackageRefused('signature', { cause });
  }
}

async function firstLine(file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(file, { end: LONGEST_LINE - 1 })) chunks.push(chunk);
  const head = Buffer.concat(chunks);
  const end = head.indexOf(0x0a);
  if (end === -1) throw new PackageRefused('signature');
  return head.subarray(0, end);
}
