// Passwords at rest: scrypt, with its parameters beside each hash, so that they can grow.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

interface Cost {
  /** N is 2 to this. */
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/** Source: OWASP Password Storage Cheat Sheet, scrypt: N=2^15, r=8, p=3. */
const COST: Cost = { logN: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;
const FORM = /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([\w-]{22})\$([\w-]{43})$/;

function derive(password: string, salt: Buffer, { logN, r, p }: Cost): Promise<Buffer> {
  const N = 2 ** logN;
  // Node allows 32 MiB unless it is told otherwise; scrypt takes 128 N r, and a little.
  const maxmem = 128 * N * r + 1024 * 1024;
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, { N, r, p, maxmem }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

/** `scrypt$logN$r$p$salt$key` of a password. */
export async function hashPassword(password: string, cost: Cost = COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, cost);
  const { logN, r, p } = cost;
  return ['scrypt', logN, r, p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

interface Parsed {
  readonly cost: Cost;
  readonly salt: Buffer;
  readonly key: Buffer;
}

function parse(hash: string): Parsed {
  const [, logN, r, p, salt = '', key = ''] = FORM.exec(hash) ?? [];
  if (logN === undefined) throw new Error('a hash of no known form');
  const cost = { logN: Number(logN), r: Number(r), p: Number(p) };
  return { cost, salt: Buffer.from(salt, 'base64url'), key: Buffer.from(key, 'base64url') };
}

/** Nobody's: looking at a password takes as long where there is nobody. */
const NOBODY: Parsed = { cost: COST, salt: randomBytes(SALT_BYTES), key: randomBytes(KEY_BYTES) };

/** True if the password is the one of this hash; false, after the same work, where there is none. */
export async function isPassword(password: string, hash: string | null): Promise<boolean> {
  const { cost, salt, key } = hash === null ? NOBODY : parse(hash);
  const same = timingSafeEqual(await derive(password, salt, cost), key);
  return same && hash !== null;
}

/** True if the hash was made with other parameters than today's. */
export function isOutdated(hash: string): boolean {
  const { cost } = parse(hash);
  return cost.logN !== COST.logN || cost.r !== COST.r || cost.p !== COST.p;
}
