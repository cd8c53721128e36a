// Looks at a certificate request: its key must be strong and must have signed it. Its subject is ignored.
import 'reflect-metadata';
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import { FieldError } from '../field-error.ts';

const LEAST_RSA_BITS = 2048;
const MOST_RSA_BITS = 4096;
const CURVE = 'prime256v1';

function isStrong({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  const { namedCurve, modulusLength = 0 } = asymmetricKeyDetails ?? {};
  if (asymmetricKeyType === 'ec') return namedCurve === CURVE;
  return asymmetricKeyType === 'rsa' && modulusLength >= LEAST_RSA_BITS && modulusLength <= MOST_RSA_BITS;
}

/**
 * Checks a PKCS #10 request: EC P-256 or RSA from 2048 to 4096 bits, signed by its own key.
 *
 * @returns SHA-256 of the public key's SPKI, hex
 * @throws FieldError
 */
export async function publicKeyOf(csr: string): Promise<string> {
  let spki: Buffer;
  try {
    const request = new Pkcs10CertificateRequest(csr);
    spki = Buffer.from(request.publicKey.rawData);
    const strong = isStrong(createPublicKey({ key: spki, format: 'der', type: 'spki' }));
    if (!strong || !(await request.verify())) throw new TypeError('weak, or not signed by its own key');
  } catch {
    throw new FieldError('csr', 'csr');
  }
  return createHash('sha256').update(spki).digest('hex');
}
