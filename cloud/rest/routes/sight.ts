// What a caller may see of events.
import type { Principal } from '../../../shared/api/principal.ts';
import { seesEverySite } from '../../../shared/api/site-rights.ts';
import { maySeeSite } from '../../directory/visible.ts';
import type { Sight } from '../../events/sight.ts';

export function sightOf(principal: Principal): Sight {
  const { tenant, sites } = principal;
  return { tenant, sees: (site) => maySeeSite(principal, site), seesAll: seesEverySite(sites) };
}
