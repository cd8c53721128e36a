// The token issuer of local mode: one ES256 key in the data folder, tokens as a company's identity provider makes them.
import { existsSync, readFileSync } from 'node:fs';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
} from 'jose';
import { SCOPES } from '../../shared/api/scopes.ts';
import { writePrivate } from './data-dir.ts';

export const ISSUER = 'https://sereno.local';
export const AUDIENCE = 'sereno';
const ALGORITHM = 'ES256';

export interface TokenClaims {
  /** Default `local`. */
  readonly tenant?: string;
  /** Default: all of them. */
  readonly scopes?: readonly string[];
  /** Default `local`. */
  readonly subject?: string;
  /** A span as jose reads it (`1h`, `30 days`, `-5m` for an expired one). Default 30 days. */
  readonly expires?: string;
  /** Other than this issuer's own, for tokens that must be refused. */
  readonly issuer?: string;
  readonly audience?: string;
}

export class Issuer {
  /** The public keys, as served under /.well-known/jwks.json. */
  readonly jwks: { readonly keys: readonly JWK[] };
  readonly #key: CryptoKey;
  readonly #kid: string;

  private constructor(key: CryptoKey, publicJwk: JWK, kid: string) {
    this.#key = key;
    this.#kid = kid;
    this.jwks = { keys: [{ ...publicJwk, kid, alg: ALGORITHM, use: 'sig' }] };
  }

  /** Opens the issuer kept in `file`, which is made (0600) where there is none. @throws if the file is damaged */
  static async open(file: string): Promise<Issuer> {
    if (!existsSync(file)) {
      const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
      writePrivate(file, JSON.stringify(await exportJWK(privateKey)));
    }
    const jwk = JSON.parse(readFileSync(file, 'utf8')) as JWK;
    const key = await importJWK(jwk, ALGORITHM);
    if (key instanceof Uint8Array) throw new TypeError(`${file} holds no ${ALGORITHM} key`);
    const { d: _private, ...publicJwk } = jwk;
    return new Issuer(key, publicJwk, await calculateJwkThumbprint(publicJwk));
  }

  /** Signs a token. @throws TypeError if `expires` is no span of time */
  async issue(claims: TokenClaims = {}): Promise<string> {
    const { tenant = 'local', scopes = SCOPES, subject = 'local', expires = '30 days' } = claims;
    return new SignJWT({ tenant, scope: scopes.join(' ') })
      .setProtectedHeader({ alg: ALGORITHM, kid: this.#kid, typ: 'JWT' })
      .setIssuer(claims.issuer ?? ISSUER)
      .setAudience(claims.audience ?? AUDIENCE)
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(this.#key);
  }
}
