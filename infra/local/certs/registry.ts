// The registry of local mode: which certificate is whose, as AWS IoT Core's things, principals and policies say it.
import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { clientIdOf, slugSchema } from '../../../shared/domain/identifiers.ts';
import type { SiteAddress } from '../../../shared/wire/topics.ts';
import { writePrivate } from '../data-dir.ts';

const STATUSES = ['INACTIVE', 'ACTIVE', 'REVOKED'] as const;

const contentSchema = z.object({
  things: z.record(z.string(), z.object({ tenant: slugSchema, site: slugSchema })),
  certificates: z.record(
    z.string(),
    z.object({
      status: z.enum(STATUSES),
      /** Name of the thing that it is attached to. */
      thing: z.string().nullable(),
      /** Whether the agents' policy is attached to it. */
      policy: z.boolean(),
    }),
  ),
});
type Content = z.infer<typeof contentSchema>;
type Entry = Content['certificates'][string];

/** What IoT Core calls a certificate's id: SHA-256 of its DER, hex in lower case. */
export function certificateId(pem: string): string {
  return createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');
}

/** Kept in one file, written whole at every change. */
export class Registry {
  readonly #file: string;
  readonly #content: Content;

  /** @throws ZodError or SyntaxError if the file is damaged */
  constructor(file: string) {
    this.#file = file;
    this.#content = existsSync(file)
      ? contentSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
      : { things: {}, certificates: {} };
  }

  /** Whom a certificate speaks for: it must be active, attached to a thing, and have the policy. */
  siteOf(id: string): SiteAddress | null {
    const { status, policy, thing } = this.certificate(id) ?? {};
    if (status !== 'ACTIVE' || policy !== true || thing === null || thing === undefined) return null;
    return this.thing(thing);
  }

  thing(name: string): SiteAddress | null {
    return own(this.#content.things, name) ?? null;
  }

  certificate(id: string): Readonly<Entry> | null {
    return own(this.#content.certificates, id) ?? null;
  }

  /** Ids of the certificates attached to a thing. */
  principals(thing: string): string[] {
    const { certificates } = this.#content;
    return Object.keys(certificates).filter((id) => certificates[id]?.thing === thing);
  }

  things(): [name: string, at: SiteAddress][] {
    return Object.entries(this.#content.things);
  }

  /** Ids of the certificates that have the agents' policy. */
  withPolicy(): string[] {
    const { certificates } = this.#content;
    return Object.keys(certificates).filter((id) => certificates[id]?.policy === true);
  }

  putThing(name: string, attributes: SiteAddress): void {
    this.#content.things[name] = { tenant: attributes.tenant, site: attributes.site };
    this.#save();
  }

  /** A certificate that was just signed: inactive, of no site. */
  add(id: string): void {
    this.#content.certificates[id] = { status: 'INACTIVE', thing: null, policy: false };
    this.#save();
  }

  /** Changes a certificate; false if it is not known. */
  change(id: string, change: Partial<Entry>): boolean {
    const entry = own(this.#content.certificates, id);
    if (entry === undefined) return false;
    Object.assign(entry, change);
    this.#save();
    return true;
  }

  remove(id: string): void {
    delete this.#content.certificates[id];
    this.#save();
  }

  removeThing(name: string): void {
    delete this.#content.things[name];
    this.#save();
  }

  /** Activates a certificate and attaches it to that site, in one step. */
  admit(id: string, at: SiteAddress): void {
    const thing = clientIdOf(at.tenant, at.site);
    this.putThing(thing, at);
    this.add(id);
    this.change(id, { status: 'ACTIVE', thing, policy: true });
  }

  #save(): void {
    writePrivate(this.#file, JSON.stringify(this.#content));
  }
}

function own<T>(record: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
