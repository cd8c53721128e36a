// Data keys of AWS KMS: the tenant is their encryption context, so that KMS itself refuses one tenant's key for another.
import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { DataKey, DataKeys } from './seal.ts';

/** For how long one data key seals for its tenant, in one container. Each call of KMS costs money and a few ms. */
const KEPT_MS = 5 * 60_000;
/** Tenants and wrapped keys that a container remembers. */
const MOST_KEPT = 200;

interface Kept<T> {
  readonly value: Promise<T>;
  readonly until: number;
}

export interface KmsOptions {
  readonly client: () => KMSClient;
  /** ARN of the key in KMS. */
  readonly keyId: string;
  readonly now: () => number;
}

function complete(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) throw new Error('KMS has answered without a key');
  return bytes;
}

export class KmsDataKeys implements DataKeys {
  readonly #options: KmsOptions;
  readonly #sealing = new Map<string, Kept<DataKey>>();
  readonly #opening = new Map<string, Kept<Uint8Array>>();

  constructor(options: KmsOptions) {
    this.#options = options;
  }

  fresh(tenant: string): Promise<DataKey> {
    return this.#kept(this.#sealing, tenant, () => this.#generate(tenant));
  }

  unwrapped(tenant: string, wrapped: Uint8Array): Promise<Uint8Array> {
    const name = `${tenant} ${Buffer.from(wrapped).toString('base64')}`;
    return this.#kept(this.#opening, name, () => this.#decrypt(tenant, wrapped));
  }

  async #generate(tenant: string): Promise<DataKey> {
    const { client, keyId } = this.#options;
    const made = await client().send(
      new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256', EncryptionContext: { tenant } }),
    );
    return { key: complete(made.Plaintext), wrapped: complete(made.CiphertextBlob) };
  }

  async #decrypt(tenant: string, wrapped: Uint8Array): Promise<Uint8Array> {
    const { client, keyId } = this.#options;
    const opened = await client().send(
      new DecryptCommand({ KeyId: keyId, CiphertextBlob: wrapped, EncryptionContext: { tenant } }),
    );
    return complete(opened.Plaintext);
  }

  /** One call for all who ask at once; what has failed is asked anew. */
  #kept<T>(among: Map<string, Kept<T>>, name: string, make: () => Promise<T>): Promise<T> {
    const now = this.#options.now();
    const known = among.get(name);
    if (known !== undefined && known.until > now) return known.value;
    among.delete(name);
    const [oldest] = among.keys();
    if (among.size >= MOST_KEPT && oldest !== undefined) among.delete(oldest);
    const value = make();
    const kept = { value, until: now + KEPT_MS };
    among.set(name, kept);
    value.catch(() => {
      if (among.get(name) === kept) among.delete(name);
    });
    return value;
  }
}
