// The agent's key and the request for its certificate; the key never leaves this machine.
import 'reflect-metadata';
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { writeWhole } from './files.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/**
 * The key to be certified: EC P-256, kept in `file` (0600) before the cloud is asked, so that a repeat after a lost
 * answer uses the same key.
 * @returns PKCS #8, PEM
 */
export function pendingKey(file: string): string {
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: ALGORITHM.namedCurve,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    writeWhole(file, privateKey);
  }
  return readFileSync(file, 'utf8');
}

/** A PKCS #10 request for that key, PEM. Its subject means nothing: the token says whose the certificate is. */
export async function certificateRequest(keyPem: string): Promise<string> {
  const privateKey = createPrivateKey(keyPem);
  const publicKey = createPublicKey(keyPem);
  const toCryptoKey = (key: KeyObject, use: 'sign' | 'verify') => key.toCryptoKey(ALGORITHM, true, [use]);
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: 'CN=sereno-agent',
    keys: { privateKey: toCryptoKey(privateKey, 'sign'), publicKey: toCryptoKey(publicKey, 'verify') },
    signingAlgorithm: ALGORITHM,
  });
  return request.toString('pem');
}
