// The signed form of a package, which agents update themselves with, and the key that it takes.
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { newSigningKeys, packageLine } from '../../agent/update/package-file.ts';
import type { PackageManifest } from '../../shared/domain/agent-package.ts';

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Writes a new pair: the private key for its owner alone, and beside it, as `FILE.pub`, the one that is pinned.
 * @throws the file system's errors; EEXIST where there is a key already: it is the only way to update the fleet that knows it
 */
export function writeNewKey(file: string): void {
  const { privateKey, publicKey } = newSigningKeys();
  writeFileSync(file, privateKey, { flag: 'wx', mode: 0o600 });
  chmodSync(file, 0o600);
  writeFileSync(`${file}.pub`, publicKey);
}

/** The public half of a private key, PEM. @throws Error where the file holds none */
export function publicHalf(file: string): string {
  return createPublicKey(readFileSync(file, 'utf8')).export({ type: 'spki', format: 'pem' }).toString();
}

export interface Signing {
  /** The tarball. */
  readonly tarball: string;
  readonly keyFile: string;
  /** Text of the bill of materials. */
  readonly bom: string;
  readonly facts: Pick<PackageManifest, 'version' | 'floor' | 'platforms'>;
}

/** Writes the signed package to `file`. @returns its SHA-256, which an update is asked for with */
export function writeSigned(file: string, { tarball, keyFile, bom, facts }: Signing): string {
  const bytes = readFileSync(tarball);
  const manifest: PackageManifest = {
    product: 'sereno-agent',
    ...facts,
    size: bytes.length,
    sha256: sha256(bytes),
    sbom_sha256: sha256(Buffer.from(bom)),
  };
  const line = packageLine(manifest, createPrivateKey(readFileSync(keyFile, 'utf8')));
  const whole = Buffer.concat([line, bytes]);
  writeFileSync(file, whole);
  return sha256(whole);
}
