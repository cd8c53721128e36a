// Enrolment tokens: made for one site, told once, kept as a hash alone.
import { createHash, randomBytes } from 'node:crypto';

/** How long a token may be used, in ms. */
export const TOKEN_MS = 15 * 60 * 1000;
/** A row outlives its token by a day, in seconds, so that a late use is told from a guess. */
export const TOKEN_ROW_SECONDS = 24 * 3600;

const SECRET_BYTES = 32;

/** A new token: 256 bits, and a prefix by which secret scanners and command lines know it. */
export function newToken(): string {
  return `sereno_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** What is kept of a token. No key is needed: nobody can go through 256 bits. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** The one line to paste on the mini-PC. */
export function enrolCommand(url: string, token: string): string {
  return `sereno-agent enroll --url ${url} --token ${token}`;
}
