// What the webhooks of an operator are signed with: made of the installation's key, so that it is stored nowhere and one
// operator's opens nothing of another.
import { hkdfSync } from 'node:crypto';

/** As Standard Webhooks has secrets. */
export function alertSecret(key: Uint8Array, tenant: string, userId: string): string {
  const bytes = hkdfSync('sha256', key, '', `sereno alerts ${tenant}/${userId}`, 32);
  return `whsec_${Buffer.from(bytes).toString('base64')}`;
}
