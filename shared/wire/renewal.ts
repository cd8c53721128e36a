// How an agent asks for its next certificate, over the line that its present one has opened.
//
// The agent keeps the new key on disk, sends the request for it, and sends it again until the word `site.certificate`
// brings the answer: the cloud gives the same certificate to the same key. Both certificates hold until the new one has said hello.
import * as z from 'zod';
import { slugSchema } from '../domain/identifiers.ts';
import { WIRE_VERSION } from './envelope.ts';
import type { SiteAddress } from './topics.ts';

/** Larger than a certificate or a request for one with an RSA key of 4096 bits. */
export const MOST_PEM = 16_384;
const pem = z.string().max(MOST_PEM);

/** On `topics.renewal`. */
export const renewalRequestSchema = z.object({
  v: z.literal(WIRE_VERSION),
  /** PKCS #10, PEM, of the new key. */
  csr: pem,
  /** The certificate that the agent is connected with, PEM. */
  certificate: pem,
  /** By that certificate's key, over `renewalText`: SHA-256, base64. */
  signature: z.base64().max(1024),
});
export type RenewalRequest = z.infer<typeof renewalRequestSchema>;

/** What the present key signs: it says for which site, so that it is good for no other. */
export function renewalText({ tenant, site }: SiteAddress, csr: string): string {
  return `sereno renewal 1\n${tenant}/${site}\n${csr}`;
}

/** What the renew function is handed by the rule. */
export const renewalEventSchema = z.object({
  kind: z.literal('renewal'),
  tenant: slugSchema,
  site: slugSchema,
  /** When the broker had the message. */
  at: z.int().min(0),
  /** Base64 of the message. */
  body: z.string(),
  /** Id of the certificate that the message came with, as the broker knows it: SHA-256, hex. */
  certificate: z.string().max(128),
});
export type RenewalEvent = z.infer<typeof renewalEventSchema>;
