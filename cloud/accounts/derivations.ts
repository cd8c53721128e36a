// scrypt takes a thread for a quarter of a second, and a process has four for everything: no more than two at once, and
// whoever has not failed lately first.
import { scrypt } from 'node:crypto';

const AT_ONCE = 2;
/** Longest wait for a turn: whoever calls is answered before the function's own time is over. */
const FIRST_MS = 15_000;
const LAST_MS = 5000;

/** So many passwords are being looked at that this one never had its turn. */
export class TooManyPasswords extends Error {
  override readonly name = 'TooManyPasswords';
  readonly code = 'TOO_MANY_PASSWORDS';
}

export interface Derivation {
  readonly password: string;
  readonly salt: Buffer;
  readonly bytes: number;
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

let running = 0;
const first: (() => void)[] = [];
const last: (() => void)[] = [];

async function turn(isLast: boolean): Promise<void> {
  if (running < AT_ONCE) {
    running++;
    return;
  }
  const queue = isLast ? last : first;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Whoever ends hands the place on.
  queue.push(resolve);
  const timer = setTimeout(
    () => {
      const at = queue.indexOf(resolve);
      if (at < 0) return;
      queue.splice(at, 1);
      reject(new TooManyPasswords('too many passwords at once'));
    },
    isLast ? LAST_MS : FIRST_MS,
  );
  await promise.finally(() => clearTimeout(timer));
}

function leave(): void {
  const next = first.shift() ?? last.shift();
  if (next === undefined) running--;
  else next();
}

/**
 * @param isLast behind all that wait and are not
 * @throws TooManyPasswords
 */
export async function derive(
  { password, salt, bytes, N, r, p }: Derivation,
  isLast: boolean,
): Promise<Buffer> {
  await turn(isLast);
  try {
    return await new Promise((resolve, reject) => {
      // Node allows 32 MiB unless it is told otherwise; scrypt takes 128 N r, and a little.
      const maxmem = 128 * N * r + 1024 * 1024;
      scrypt(password, salt, bytes, { N, r, p, maxmem }, (error, key) => {
        if (error === null) resolve(key);
        else reject(error);
      });
    });
  } finally {
    leave();
  }
}
