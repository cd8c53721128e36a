// What a certificate request must be before its token is even looked at.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { PemConverter, Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { agentEnrollBody } from '../../shared/api/enrolment.ts';
import { publicKeyOf } from './csr.ts';

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const P384 = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' };
const rsa = (modulusLength: number) => ({
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
});

type Algorithm = typeof P256 | ReturnType<typeof rsa>;

async function keysOf(algorithm: Algorithm): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
}

async function request(algorithm: Algorithm, keys: webcrypto.CryptoKeyPair, name = 'CN=x'): Promise<Buffer> {
  const made = await Pkcs10CertificateRequestGenerator.create({ name, keys, signingAlgorithm: algorithm });
  return Buffer.from(made.rawData);
}

const pem = (bytes: Uint8Array<ArrayBuffer>) => PemConverter.encode(bytes.buffer, 'CERTIFICATE REQUEST');
const toPem = (bytes: Buffer) => pem(new Uint8Array(bytes));
const refused = { code: 'invalid_field', status: 400 };

test('P-256 and RSA from 2048 bits on are taken, and told by their key alone', async () => {
  const keys = await keysOf(P256);
  const [one, two] = [await request(P256, keys, 'CN=a'), await request(P256, keys, 'CN=b, O=Other')];
  expect(await publicKeyOf(toPem(one))).toBe(await publicKeyOf(toPem(two)));
  const large = rsa(2048);
  expect(await publicKeyOf(toPem(await request(large, await keysOf(large))))).toMatch(/^[0-9a-f]{64}$/);
});

test('the body takes one request, with nothing before, behind or inside it', async () => {
  const csr = toPem(await request(P256, await keysOf(P256)));
  const isTaken = (text: string) =>
    agentEnrollBody.safeParse({ token: 'sereno_0123456789', csr: text }).success;
  expect([isTaken(csr), isTaken(`${csr}\n`)]).toEqual([true, true]);
  const others = [csr + csr, `x${csr}`, `${csr}x`, csr.replace('\n', '\nProc-Type: 4\n'), csr.repeat(40)];
  expect(others.map(isTaken)).toEqual(others.map(() => false));
});

test('weaker and other keys are refused', async () => {
  for (const algorithm of [rsa(1024), P384]) {
    const bytes = await request(algorithm, await keysOf(algorithm));
    await expect(publicKeyOf(toPem(bytes))).rejects.toMatchObject(refused);
  }
});

test('a key that somebody else signed for is refused', async () => {
  const [mine, theirs] = [await keysOf(P256), await keysOf(P256)];
  const stolen = { publicKey: theirs.publicKey, privateKey: mine.privateKey };
  await expect(publicKeyOf(toPem(await request(P256, stolen)))).rejects.toMatchObject(refused);
});

test('whatever is changed in a request, it is refused in the contract’s words or is of the same key', async () => {
  const good = await request(P256, await keysOf(P256));
  const id = await publicKeyOf(toPem(good));
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
      const bytes = Buffer.from(good);
      bytes[at] = bytes[at]! ^ mask;
      const outcome = await publicKeyOf(toPem(bytes)).catch((error: { code: string }) => error.code);
      expect([id, 'invalid_field']).toContain(outcome);
    }),
    { numRuns: 200 },
  );
});
