// How long an agent's certificate is used: to its end, or for as many days as the company wants, whichever is first.
import * as z from 'zod';

/** Days that a certificate is used for where nothing else is set. */
export const CERTIFICATE_DAYS = 365;
export const MOST_CERTIFICATE_DAYS = 3650;

const DAY_MS = 24 * 3600 * 1000;
/** A new one is asked for so long before the end; of a certificate that holds for less than three times that, a third before. */
const AHEAD_MS = 30 * DAY_MS;

/** As late as anybody has to be able to read it. */
const LAST_MS = Date.UTC(9999, 0);
const epochMs = z.number().min(0).max(LAST_MS);

export const certificateTimesSchema = z.object({
  /** From then on a new one is asked for. Epoch ms. */
  dueAt: epochMs,
  /** It is not to be used for longer. Epoch ms. */
  endsAt: epochMs,
});
export type CertificateTimes = Readonly<z.infer<typeof certificateTimesSchema>>;

/**
 * When a certificate is to be renewed, and when it ends: IoT Core's own hold until 2049, so that their age counts.
 *
 * @param from epoch ms, as the certificate says
 * @param until epoch ms, the same
 * @param days how long it is used for
 */
export function certificateTimes(from: number, until: number, days: number): CertificateTimes {
  const endsAt = Math.min(until, from + days * DAY_MS);
  return { dueAt: endsAt - Math.min(AHEAD_MS, Math.max(0, endsAt - from) / 3), endsAt };
}

/** From then on one that was not renewed is a problem: half of the time for it is over. */
export function troubledAt({ dueAt, endsAt }: CertificateTimes): number {
  return (dueAt + endsAt) / 2;
}
