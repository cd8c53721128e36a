// People as the API shows them: never a PIN or a card, and of the terminals those that the caller sees.
import type { GroupView, PersonView, PlaceView } from '../../../shared/api/people.ts';
import type { Principal } from '../../../shared/api/principal.ts';
import { type ErrorParams, errorText, isErrorCode } from '../../../shared/errors.ts';
import type { Language } from '../../../shared/words.ts';
import { maySeeSite } from '../../directory/visible.ts';
import type { GroupRow, PersonRow, PlaceRow } from '../../people/rows.ts';
import { isAway, isWritten } from '../../people/save.ts';
import { maySeeGroup } from '../../people/sight.ts';
import { type Places, targetsOf } from '../../people/spread.ts';

/** Who looks, at what the company has. */
export interface Looker {
  readonly principal: Principal;
  readonly map: Places;
  readonly language: Language;
}

function instant(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

function placeView(row: PlaceRow, map: Places, language: Language): PlaceView {
  const { device, site, state, since, code, params = {}, fields } = row;
  const away = isAway(row, map);
  const told: ErrorParams = { device, site, user_id: row.userId, ...params };
  return {
    device_id: device,
    site,
    state: state === 'waiting' && away ? 'away' : state,
    since: instant(since),
    ...(state === 'leaving' && away ? { away } : {}),
    ...(map.devices.some(({ id }) => id === device) ? {} : { removed: true }),
    ...(code === undefined ? {} : { code }),
    ...(code !== undefined && isErrorCode(code) ? { error: errorText(code, told, language) } : {}),
    ...(fields === undefined ? {} : { fields }),
  };
}

/** How somebody stands, by all terminals, also those that the caller does not see. */
export function stateOf(person: PersonRow, rows: readonly PlaceRow[], map: Places): PersonView['state'] {
  const has = (state: PlaceRow['state']) => rows.some((row) => row.state === state);
  if (person.leaving) return rows.every(({ state }) => state === 'gone') ? 'gone' : 'leaving';
  if (has('refused')) return 'refused';
  if (has('drift')) return 'drift';
  if (has('waiting') || !isWritten(person, targetsOf(person, map), rows)) return 'waiting';
  return has('leaving') ? 'leaving' : 'in_step';
}

export function personView(
  person: PersonRow,
  rows: readonly PlaceRow[],
  { principal, map, language }: Looker,
): PersonView {
  const sees = (site: string) => maySeeSite(principal, site);
  const siteOf = new Map(map.devices.map(({ id, site }) => [id, site]));
  const groups = new Map(map.groups.map((group) => [group.id, group]));
  const mine = rows.filter(({ person: id }) => id === person.id);
  return {
    id: person.id,
    user_id: person.userId,
    name: person.name,
    privilege: person.privilege,
    has_password: person.hasPassword,
    has_card: person.hasCard,
    devices: person.devices.filter((device) => sees(siteOf.get(device) ?? '')),
    sites: person.sites.filter(sees),
    site_groups: person.groups.filter((id) => {
      const group = groups.get(id);
      return group === undefined || maySeeGroup(principal, group);
    }),
    state: stateOf(person, mine, map),
    created_at: instant(person.createdAt),
    updated_at: instant(person.updatedAt),
    terminals: mine
      .filter(({ site }) => sees(site))
      .map((row) => placeView(row, map, language))
      .sort((a, b) => (a.device_id < b.device_id ? -1 : 1)),
  };
}

export function groupView({ id, name, sites, createdAt, updatedAt }: GroupRow): GroupView {
  return { id, name, sites, created_at: instant(createdAt), updated_at: instant(updatedAt) };
}
