// Certificates of every age, and a server that asks for them; for tests.
import { webcrypto } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export interface Files {
  readonly certificate: string;
  readonly key: string;
}

/** A self-signed certificate, for `localhost` too, with its key. */
export async function certify(folder: string, name: string, from: number, until: number): Promise<Files> {
  x509.cryptoProvider.set(webcrypto);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    keys,
    name: `CN=${name}`,
    notBefore: new Date(from),
    notAfter: new Date(until),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }]),
    ],
  });
  const key = x509.PemConverter.encode(
    await webcrypto.subtle.exportKey('pkcs8', keys.privateKey),
    'PRIVATE KEY',
  );
  const files = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  writeFileSync(files.certificate, certificate.toString('pem'));
  writeFileSync(files.key, key, { mode: 0o600 });
  return files;
}

/** Takes the certificates that `ca` has signed and nobody else's. @returns the port and how to stop it */
export async function mutualServer(server: { cert: Buffer; key: Buffer; ca: Buffer }): Promise<{
  port: number;
  stop: () => Promise<void>;
}> {
  const listening: Server = createServer(
    { ...server, requestCert: true, rejectUnauthorized: true },
    (socket) => {
      socket.on('error', () => undefined).resume();
    },
  );
  listening.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const address = listening.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    stop: () => new Promise((resolve) => listening.close(() => resolve())),
  };
}
