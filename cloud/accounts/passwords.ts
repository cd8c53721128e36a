// Passwords at rest: scrypt, with its parameters beside each hash, so that they can grow.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { derive } from './derivations.ts';

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

function keyOf(password: string, salt: Buffer, { logN, r, p }: Cost, isLast: boolean): Promise<Buffer> {
  return derive({ password, salt, bytes: KEY_BYTES, N: 2 ** logN, r, p }, isLast);
}

/** `scrypt$logN$r$p$salt$key` of a password. */
export async function hashPassword(password: string, cost: Cost = COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await keyOf(password, salt, cost, false);
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

/**
 * True if the password is the one of this hash; false, after the same work, where there is none.
 *
 * @param isLast behind others that wait: for who has failed lately
 */
export async function isPassword(password: string, hash: string | null, isLast = false): Promise<boolean> {
  const { cost, salt, key } = hash === null ? NOBODY : parse(hash);
  const same = timingSafeEqual(await keyOf(password, salt, cost, isLast), key);
  return same && hash !== null;
}

/** True if the hash was made with other parameters than today's. */
export function isOutdated(hash: string): boolean {
  const { cost } = parse(hash);
  return cost.logN !== COST.logN || cost.r !== COST.r || cost.p !== COST.p;
}
