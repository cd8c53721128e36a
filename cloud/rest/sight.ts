// What a caller may see of events.
import type { Principal } from '../../shared/api/principal.ts';
import { maySeeSite } from '../directory/visible.ts';
import type { Sight } from '../events/sight.ts';

export function sightOf(principal: Principal): Sight {
  return { tenant: principal.tenant, sees: (site) => maySeeSite(principal, site) };
}
