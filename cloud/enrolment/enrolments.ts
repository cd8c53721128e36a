// What enrolment remembers: the rows of tokens, and what a site knows of its agent's certificates.
import type { SiteAddress } from '../../shared/wire/topics.ts';

/** A certificate as its issuer names it. */
export interface Certificate {
  /** SHA-256 of the certificate, hex in lower case: what IoT Core calls its id. */
  readonly id: string;
  /** How the issuer wants it called: an ARN. */
  readonly ref: string;
  readonly pem: string;
}

export interface Enrolment extends SiteAddress {
  /** Epoch ms. */
  readonly createdAt: number;
  /** Epoch ms. */
  readonly validUntil: number;
  /** SHA-256 of the public key that used the token. */
  readonly publicKey?: string | undefined;
  readonly certificate?: Certificate | undefined;
  /** When everything was done; until then a repeat goes through all of it again. Epoch ms. */
  readonly issuedAt?: number | undefined;
}

export interface Enrolments {
  add(hash: string, enrolment: Enrolment): Promise<void>;
  find(hash: string): Promise<Enrolment | null>;
  /** Uses the token up for that key; null if it is unknown, has expired, or another key used it. */
  claim(hash: string, publicKey: string, now: number): Promise<Enrolment | null>;
  /** Keeps the certificate unless one is kept already; gives the one that is kept. */
  keep(hash: string, certificate: Certificate): Promise<Certificate>;
  finish(hash: string, now: number): Promise<void>;
}

/** A certificate that is to follow another: asked for, then signed, then good for connecting, until it has said hello. */
export interface Renewal {
  /** SHA-256 of the new public key's SPKI, hex. */
  readonly publicKey: string;
  /** Id of the certificate that it follows, and that asked for it. */
  readonly follows: string;
  /** When it was asked for first. Epoch ms. */
  readonly since: number;
  readonly certificate?: Certificate | undefined;
  /** When it was made the agent's. Epoch ms. */
  readonly issuedAt?: number | undefined;
  /** Id of a certificate for another key, which has never connected and goes. */
  readonly drops?: string | undefined;
}

export interface SiteAgent {
  /** Id of a certificate that was issued and has not connected yet. */
  readonly newCertificate?: string | undefined;
  readonly renewal?: Renewal | undefined;
  /** Counts what was changed of `renewal`: who changes it says what it saw. */
  readonly renewals: number;
  /** Id of the certificate that followed another last. */
  readonly renewed?: string | undefined;
  /** When the site's agent was last revoked; tokens from before are void. Epoch ms. */
  readonly revokedAt?: number | undefined;
}

export interface SiteAgents {
  find(at: SiteAddress): Promise<SiteAgent | null>;
  /** Adds a site; false if it is there already. */
  addSite(at: SiteAddress, name: string, now: number): Promise<boolean>;
  /** False if there is no such site. */
  renameSite(at: SiteAddress, name: string): Promise<boolean>;
  /** Removes a site whose last hello is still that one and whose agent is not there; tells whether it did. */
  removeSite(at: SiteAddress, lastHello: number | undefined): Promise<boolean>;
  /** Notes a certificate that will connect; false if the site was made, or its agent revoked, at or after `since`. */
  expect(at: SiteAddress, certificateId: string, since: number): Promise<boolean>;
  /** The expected certificate has connected, and all others are gone but its own renewal; false if something of it, or of a renewal, has changed since `seen`. */
  arrived(at: SiteAddress, certificateId: string, seen: SiteAgent): Promise<boolean>;
  /** Notes how far a renewal is; false if something of it has changed since `seen`, or the agent was revoked after it began. */
  noteRenewal(at: SiteAddress, renewal: Renewal, seen: SiteAgent): Promise<boolean>;
  /** The renewed certificate has connected, and the one before it is gone, expected or not; false if something has changed since `seen`. */
  endRenewal(at: SiteAddress, certificateId: string, seen: SiteAgent): Promise<boolean>;
  /** Voids tokens, the expected certificate and a renewal; false if there is no such site. */
  revoke(at: SiteAddress, now: number): Promise<boolean>;
}
