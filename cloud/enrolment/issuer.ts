// What enrolment needs of whoever signs certificates and knows which agent is whose.
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { Certificate } from './enrolments.ts';

export interface Issuer {
  /** Signs the request's public key; the certificate is good for nothing until it is admitted. */
  sign(csr: string): Promise<Certificate>;
  /** Makes the certificate that site's agent's; may be done again. */
  admit(at: SiteAddress, certificate: Certificate): Promise<void>;
  /** `host` or `host:port` where agents connect. */
  endpoint(): Promise<string>;
}

export interface Revoker {
  /** Revokes the chosen certificates of the site's agent, deletes them and returns their ids. Safe to repeat. */
  revoke(at: SiteAddress, isMeant: (certificateId: string) => boolean): Promise<string[]>;
  /** Ids of the certificates that are the site's agent's. */
  certificates(at: SiteAddress): Promise<string[]>;
  /** Removes what the broker knows of a site whose certificates are all revoked. Fails for nobody. */
  forget(at: SiteAddress): Promise<void>;
  /** Cuts the agent's connection, if it has one. */
  disconnect(at: SiteAddress): Promise<void>;
}
