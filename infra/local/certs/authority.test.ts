import 'reflect-metadata';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LocalAuthority } from './authority.ts';

const SITE = { tenant: 'acme', site: 'norte' };
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-ca-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('root and key are made once, and only their owner may read the key', async () => {
  const first = await LocalAuthority.open(folder);
  const again = await LocalAuthority.open(folder);
  expect(again.rootPem).toBe(first.rootPem);
  expect(statSync(join(folder, 'ca.key')).mode & 0o777).toBe(0o600);
});

test('a certificate is for one client id, and the authority knows its own', async () => {
  const authority = await LocalAuthority.open(folder);
  const identity = await authority.issue(SITE);
  const certificate = new x509.X509Certificate(identity.pem);
  expect(certificate.subject).toBe('CN=acme_norte');
  expect(await authority.ownerOf(identity.pem)).toEqual(SITE);
  authority.registry.change(identity.id, { status: 'REVOKED' });
  const reopened = await LocalAuthority.open(folder);
  expect(reopened.registry.certificate(identity.id)?.status).toBe('REVOKED');
  expect(await reopened.ownerOf(identity.pem)).toBeNull();
});

test('a certificate of another authority belongs to nobody', async () => {
  const authority = await LocalAuthority.open(folder);
  const other = await LocalAuthority.open(join(folder, 'other'));
  expect(await authority.ownerOf((await other.issue(SITE)).pem)).toBeNull();
});

test('a request gets a certificate for its key, whatever subject it asks for', async () => {
  const authority = await LocalAuthority.open(folder);
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=acme_other, O=Somebody',
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.BasicConstraintsExtension(true, 3, true)],
  });
  const issued = await authority.issueFromCsr(request.toString('pem'));
  const certificate = new x509.X509Certificate(issued.pem);
  expect(certificate.subject).toBe('CN=Sereno local certificate');
  expect(authority.registry.siteOf(issued.id)).toBeNull();
  expect(certificate.getExtension(x509.BasicConstraintsExtension)?.ca).toBe(false);
  const spki = Buffer.from(await crypto.subtle.exportKey('spki', keys.publicKey));
  expect(Buffer.from(certificate.publicKey.rawData).equals(spki)).toBe(true);
  const root = new x509.X509Certificate(readFileSync(join(folder, 'ca.pem'), 'utf8'));
  expect(await certificate.verify({ publicKey: root.publicKey })).toBe(true);
});

test('a request that its own key did not sign is refused', async () => {
  const authority = await LocalAuthority.open(folder);
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=x',
    keys,
    signingAlgorithm: ALGORITHM,
  });
  const bytes = Buffer.from(request.rawData);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  const forged = x509.PemConverter.encode(bytes, 'CERTIFICATE REQUEST');
  await expect(authority.issueFromCsr(forged)).rejects.toThrow();
});
