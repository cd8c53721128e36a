// Every login leaves an entry, failed ones too, through whichever face.
import type { Accounts } from '../accounts/accounts.ts';
import type { LoginTold } from '../accounts/login.ts';
import type { Deed } from './entry.ts';
import type { AuditTrail } from './trail.ts';

interface LoginBook {
  readonly audit: AuditTrail;
  readonly accounts: Accounts;
}

/** Enters a login or a failed one. A name that nobody has is not kept: it may be a password in the wrong place. */
export async function enterLogin(
  { audit, accounts }: LoginBook,
  origin: Pick<Deed, 'face' | 'address' | 'what'>,
  told: LoginTold,
): Promise<void> {
  const { tenant, username, result } = told;
  if (tenant === null) return;
  const user = told.user ?? (await accounts.userNamed(tenant, username));
  // Whoever makes up tenants must not fill the table.
  if (user === null && (await accounts.head(tenant)).version === 0) return;
  const deed: Deed = {
    ...origin,
    subject: user === null ? 'unknown' : `operator:${user.id}`,
    fields: [],
    ...(user === null ? {} : { objects: [{ kind: 'user', id: user.id, name: user.username }] }),
  };
  if (result === 'right') return audit.add(tenant, deed, { outcome: 'succeeded' });
  const ending = { outcome: 'failed', code: result } as const;
  // Without a look at the password.
  if (result === 'blocked' || result === 'busy') return audit.addOnce(tenant, deed, ending);
  return audit.add(tenant, deed, ending);
}
