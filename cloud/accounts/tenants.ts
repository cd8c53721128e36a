// Which tenant a login is for: the address that is called says it, or the name that is given.
import { slugSchema } from '../../shared/domain/identifiers.ts';

/** No slug, so that nobody has it: a login that names no tenant fails as any other. */
export const withoutTenant = '?';

export interface Asked {
  /** From the path `/t/{tenant}/…`. */
  readonly path: string | undefined;
  /** The host that was called, with its port. */
  readonly host: string | undefined;
}

export interface TenantSettings {
  /** Hosts are `{tenant}.{domain}`. */
  readonly domain: string | undefined;
  /** Where nothing else names one. */
  readonly tenant: string | undefined;
}

function slug(text: string | undefined): string | null {
  const parsed = slugSchema.safeParse(text?.toLowerCase());
  return parsed.success ? parsed.data : null;
}

function ofHost(host: string | undefined, domain: string | undefined): string | null {
  if (host === undefined || domain === undefined) return null;
  const name = host.toLowerCase().replace(/:\d+$/, '');
  const end = `.${domain.toLowerCase()}`;
  return name.endsWith(end) ? slug(name.slice(0, -end.length)) : null;
}

/** The tenant that an address stands for, or null. */
export function tenantOfAddress({ path, host }: Asked, { domain }: TenantSettings): string | null {
  return path === undefined ? ofHost(host, domain) : (slug(path) ?? withoutTenant);
}

/** Tenant and name of a login: `tenant\name` where the address stands for none. */
export function splitUsername(
  username: string,
  address: string | null,
  settings: TenantSettings,
): { readonly tenant: string | null; readonly username: string } {
  if (address !== null) return { tenant: address, username };
  const [, named, rest] = /^([^\\]+)\\(.*)$/s.exec(username) ?? [];
  const tenant = slug(named);
  if (tenant !== null && rest !== undefined) return { tenant, username: rest };
  return { tenant: slug(settings.tenant), username };
}
