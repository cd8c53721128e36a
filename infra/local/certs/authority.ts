// The certificate authority of local mode: it signs the broker's and the agents' certificates.
import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { clientIdOf } from '../../../shared/domain/identifiers.ts';
import type { SiteAddress } from '../../../shared/wire/topics.ts';
import { writePrivate } from '../data-dir.ts';
import { certificateId, Registry } from './registry.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 24 * 3600 * 1000;
const YEAR_MS = 365 * DAY_MS;

export interface IssuedCertificate {
  readonly pem: string;
  /** As the registry knows it. */
  readonly id: string;
  readonly expiresAt: Date;
}

export interface IssuedIdentity extends IssuedCertificate {
  /** PKCS#8, PEM. */
  readonly keyPem: string;
}

/** The authority kept in a folder: root and key are made at first use, files 0600. */
export class LocalAuthority {
  /** The root that clients check servers against, PEM. */
  readonly rootPem: string;
  readonly registry: Registry;
  readonly #root: x509.X509Certificate;
  readonly #validityMs: number;
  readonly #key: webcrypto.CryptoKey;

  private constructor(rootPem: string, key: webcrypto.CryptoKey, registry: Registry, validityMs: number) {
    this.#validityMs = validityMs;
    this.rootPem = rootPem;
    this.registry = registry;
    this.#root = new x509.X509Certificate(rootPem);
    this.#key = key;
  }

  /**
   * @param validityMs how long certificates of agents hold
   * @throws the file system's errors, and WebCrypto's if the kept key is damaged
   */
  static async open(folder: string, validityMs = YEAR_MS): Promise<LocalAuthority> {
    x509.cryptoProvider.set(crypto);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const keyFile = join(folder, 'ca.key');
    const rootFile = join(folder, 'ca.pem');
    if (!existsSync(rootFile)) {
      const keys = await generateKeys();
      const root = await x509.X509CertificateGenerator.createSelfSigned({
        name: 'CN=Sereno local CA',
        keys,
        signingAlgorithm: ALGORITHM,
        serialNumber: newSerial(),
        ...validity(10 * YEAR_MS),
        extensions: [
          new x509.BasicConstraintsExtension(true, 0, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        ],
      });
      writePrivate(keyFile, await exportKey(keys.privateKey));
      writePrivate(rootFile, root.toString('pem'));
    }
    const key = await importKey(readFileSync(keyFile, 'utf8'));
    return new LocalAuthority(
      readFileSync(rootFile, 'utf8'),
      key,
      new Registry(join(folder, 'registry.json')),
      validityMs,
    );
  }

  /** Makes a key and an active certificate for that site. */
  async issue(site: SiteAddress): Promise<IssuedIdentity> {
    const keys = await generateKeys();
    const issued = await this.#sign(
      keys.publicKey,
      clientIdOf(site.tenant, site.site),
      CLIENT,
      this.#validityMs,
    );
    this.registry.admit(issued.id, site);
    return { ...issued, keyPem: await exportKey(keys.privateKey) };
  }

  /**
   * Signs the request's public key; subject and extensions of the request are ignored. The certificate is inactive
   * and belongs to no site until the registry says otherwise.
   * @throws Error if the request was not signed by its own key
   */
  async issueFromCsr(csrPem: string): Promise<IssuedCertificate> {
    const request = new x509.Pkcs10CertificateRequest(csrPem);
    if (!(await request.verify())) throw new Error('the request is not signed by its own key');
    const publicKey = await request.publicKey.export();
    const issued = await this.#sign(publicKey, 'Sereno local certificate', CLIENT, this.#validityMs);
    this.registry.add(issued.id);
    return issued;
  }

  /** A certificate for a server on this machine: 127.0.0.1 and localhost. */
  async issueServer(): Promise<IssuedIdentity> {
    const keys = await generateKeys();
    const issued = await this.#sign(keys.publicKey, 'localhost', SERVER);
    return { ...issued, keyPem: await exportKey(keys.privateKey) };
  }

  /** Whose client certificate this is, if this authority signed it, it is valid for a while yet (30 days of a year) and was not revoked. */
  async ownerOf(pem: string): Promise<SiteAddress | null> {
    const certificate = new x509.X509Certificate(pem);
    const date = new Date(Date.now() + (this.#validityMs / YEAR_MS) * 30 * DAY_MS);
    const valid = await certificate.verify({ publicKey: this.#root.publicKey, date });
    return valid ? this.registry.siteOf(certificateId(pem)) : null;
  }

  async #sign(
    publicKey: webcrypto.CryptoKey,
    commonName: string,
    extensions: readonly x509.Extension[],
    validityMs = YEAR_MS,
  ): Promise<IssuedCertificate> {
    const certificate = await x509.X509CertificateGenerator.create({
      subject: `CN=${commonName}`,
      issuer: this.#root.subject,
      publicKey,
      signingKey: this.#key,
      signingAlgorithm: ALGORITHM,
      serialNumber: newSerial(),
      ...validity(validityMs),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        await x509.AuthorityKeyIdentifierExtension.create(this.#root.publicKey),
        ...extensions,
      ],
    });
    const pem = certificate.toString('pem');
    return { pem, id: certificateId(pem), expiresAt: certificate.notAfter };
  }
}

const CLIENT = [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])];
const SERVER = [
  new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
  new x509.SubjectAlternativeNameExtension([
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
  ]),
];

const MOST_BACK_MS = 3600_000;

/** A little in the past, so that a clock a few minutes off does not refuse a new certificate. */
function validity(lengthMs: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return {
    notBefore: new Date(now - Math.min(MOST_BACK_MS, lengthMs / 10)),
    notAfter: new Date(now + lengthMs),
  };
}

/** 128 random bits, positive. */
function newSerial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  return crypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), ALGORITHM, false, ['sign']);
}
