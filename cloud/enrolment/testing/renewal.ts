// A request for the next certificate as an agent makes it, for tests.
import { sign } from 'node:crypto';
import { certificateRequest } from '../../../agent/enrolment/request.ts';
import { type RenewalEvent, renewalText } from '../../../shared/wire/renewal.ts';
import type { SiteAddress } from '../../../shared/wire/topics.ts';

/** @param key of the next certificate, PKCS #8, PEM */
export async function renewalOf(
  at: SiteAddress,
  present: { readonly pem: string; readonly id: string; readonly keyPem: string },
  key: string,
  change: Partial<RenewalEvent> = {},
  altered: (csr: string) => string = (csr) => csr,
): Promise<RenewalEvent> {
  const csr = altered(await certificateRequest(key));
  const signature = sign('sha256', Buffer.from(renewalText(at, csr)), present.keyPem).toString('base64');
  const request = { v: 1, csr, certificate: present.pem, signature };
  const body = Buffer.from(JSON.stringify(request)).toString('base64');
  return { kind: 'renewal', ...at, at: 1, body, certificate: present.id, ...change };
}
