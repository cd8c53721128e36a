// What the Lambda authorizer hands to the functions: a principal, or the reason why there is none.
import * as z from 'zod';
import { slugSchema } from '../domain/identifiers.ts';

/**
 * The authorizer's context. It never denies (an HTTP API would answer its own 403): without a principal
 * the middleware answers 401 in the contract's words.
 */
export const authContextSchema = z.union([
  z.object({
    tenant: slugSchema,
    subject: z.string().min(1),
    scopes: z.string(),
    /** JSON of what may be done at which site; everything at every site where left out. */
    sites: z.string().optional(),
  }),
  z.object({ reason: z.string() }),
]);
export type AuthContext = z.infer<typeof authContextSchema>;

const siteRight = z.enum(['none', 'read', 'write']);

/** What may be done at which site; `everywhere` is for the sites that are not named. */
export const siteRightsSchema = z.object({ everywhere: siteRight, sites: z.record(z.string(), siteRight) });
export type SiteRights = z.infer<typeof siteRightsSchema>;

export interface Principal {
  readonly tenant: string;
  /** The token's `sub`: who calls, part of the idempotency key. */
  readonly subject: string;
  readonly scopes: ReadonlySet<string>;
  readonly sites: SiteRights;
}
