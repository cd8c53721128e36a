// The names of things: tenants, sites, devices, commands, and what topics and client ids are made of.
import * as z from 'zod';

/** Tenant and site: part of topics and of the MQTT client id, so no character that means something there. */
export const slugSchema = z.string().regex(/^[a-z0-9-]{1,32}$/, 'a-z, 0-9 and - only, 1 to 32 characters');

/** Device ids are unique within a tenant: lower case, no spaces; the API normalizes what callers send. */
export const deviceIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'a-z, 0-9, ".", "_" and "-", at most 64 characters');

/** A ULID in upper case, made by the cloud. */
export const COMMAND_ID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
export const commandIdSchema = z.string().regex(COMMAND_ID, 'a ULID');

/** MQTT client id and thing name of a site's agent. */
export function clientIdOf(tenant: string, site: string): string {
  return `${tenant}_${site}`;
}

/** Tenant and site of a client id, or null: slugs hold no `_`, so the first one parts them. */
export function parseClientId(clientId: string): { tenant: string; site: string } | null {
  const [tenant, site, rest] = clientId.split('_');
  if (rest !== undefined || !slugSchema.safeParse(tenant).success || !slugSchema.safeParse(site).success) {
    return null;
  }
  return { tenant: tenant as string, site: site as string };
}
