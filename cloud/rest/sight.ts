// What a caller may see of events.
import type { Principal } from '../../shared/api/principal.ts';
import type { Sight } from '../events/sight.ts';

/** A token without sites sees all of its tenant. */
export function sightOf({ tenant }: Principal): Sight {
  return { tenant, sees: () => true };
}
