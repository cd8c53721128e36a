// What a caller's word on a person would change, and whether he may: nothing is written here.
import type { Principal } from '../../shared/api/principal.ts';
import { SerenoError } from '../../shared/errors.ts';
import { deviceNotFound } from '../directory/locate.ts';
import { mayChangeSite, maySeeSite } from '../directory/visible.ts';
import { FieldError } from '../field-error.ts';
import type { PeoplePorts } from './ports.ts';
import { nextRev, type PersonRow, type PlaceRow } from './rows.ts';
import { opened, type Secrets, sealed } from './secrets.ts';
import { branchesOf, maySeeGroup, maySeePerson } from './sight.ts';
import { type Places, placesOf, readPlaces, sitesOf, targetsOf } from './spread.ts';

/** What is left out keeps its value. */
export interface Wish {
  readonly user_id?: string | undefined;
  readonly name?: string | undefined;
  /** Empty: the terminals are to hold no PIN. */
  readonly password?: string | undefined;
  /** 0: the terminals are to hold no card. */
  readonly card?: number | undefined;
  readonly privilege?: PersonRow['privilege'] | undefined;
  readonly devices?: readonly string[] | undefined;
  readonly sites?: readonly string[] | undefined;
  readonly site_groups?: readonly string[] | undefined;
}

/** Something about a wish that cannot be: of which field, and the error that says so. */
export class WishError extends Error {
  override readonly name = 'WishError';
  readonly field: string;
  readonly key: 'required' | 'not_there' | 'no_right';
  readonly error: SerenoError;

  constructor(field: string, key: WishError['key'], error: SerenoError) {
    super(error.message);
    this.field = field;
    this.key = key;
    this.error = error;
  }
}

export interface Plan {
  readonly before: PersonRow | null;
  /** As it would be written; null where nothing changes. */
  readonly after: PersonRow | null;
  /** Names of what changes. */
  readonly fields: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** As the terminals are to hold it; undefined: they keep what they have. */
  readonly card: number | undefined;
}

/** Who asks, and what he sees. */
export interface Asker {
  readonly principal: Principal;
  readonly map: Places;
}

export async function askerOf(ports: PeoplePorts, principal: Principal): Promise<Asker> {
  return { principal, map: await readPlaces(ports, principal.tenant) };
}

/** @throws WishError */
export async function planPerson(ports: PeoplePorts, asker: Asker, id: string, wish: Wish): Promise<Plan> {
  const { principal, map } = asker;
  const { tenant } = principal;
  const before = await ports.people.person(tenant, id);
  const rows = before === null ? [] : await ports.people.placesOf([before]);
  if (before !== null && !maySeePerson(principal, branchesOf(before, rows, map))) throw elsewhere();
  // Whoever has left begins anew; only his places are remembered, so that the terminals hear of him in order.
  const known = before === null || before.leaving ? null : before;
  await checkNamed(ports, asker, known, wish);
  const secrets = known === null ? {} : await opened(ports.box, known);
  const { after, values } = merged(asker, known, id, wish, secrets);
  const places = (['devices', 'sites', 'groups'] as const).filter(
    (list) => String(after[list]) !== String(known?.[list] ?? []),
  );
  const fields = [...values.fields, ...places.map((list) => (list === 'groups' ? 'site_groups' : list))];
  const { added, removed } = difference(known, after, map);
  checkRights(asker, { known, after, rows, isAboutValues: known !== null && values.fields.length > 0 });
  const told = { before, fields, added, removed, card: values.secrets.card };
  if (known !== null && fields.length === 0) return { ...told, after: null };
  const now = ports.clock.now();
  const version = Math.max((before?.version ?? 0) + 1, now);
  const row: PersonRow = {
    ...after,
    tenant,
    id,
    secrets: await sealed(ports.box, tenant, id, values.secrets),
    hasPassword: (values.secrets.password ?? '') !== '',
    hasCard: (values.secrets.card ?? 0) !== 0,
    version,
    began: known?.began ?? version,
    rev: nextRev(before, now),
    leaving: false,
    places: before?.places ?? [],
    createdAt: known?.createdAt ?? now,
    updatedAt: now,
  };
  return { ...told, after: { ...row, places: placesOf(row, map) } };
}

/** Takes somebody away everywhere; null: there is nobody, or he is leaving already. @throws WishError */
export async function planLeaving(
  ports: PeoplePorts,
  asker: Asker,
  person: PersonRow,
  rows: readonly PlaceRow[],
): Promise<PersonRow> {
  checkRights(asker, { known: person, after: null, rows, isAboutValues: true });
  const now = ports.clock.now();
  return {
    ...person,
    // Nobody needs them any more.
    secrets: null,
    hasPassword: false,
    hasCard: false,
    devices: [],
    sites: [],
    groups: [],
    leaving: true,
    version: Math.max(person.version + 1, now),
    rev: nextRev(person, now),
    updatedAt: now,
  };
}

function elsewhere(): WishError {
  return new WishError('id', 'no_right', new SerenoError('person_elsewhere'));
}

/** Every place that is newly named is there for the caller. */
async function checkNamed(
  { directory }: PeoplePorts,
  { principal, map }: Asker,
  known: PersonRow | null,
  { name, devices = [], sites = [], site_groups: groups = [] }: Wish,
): Promise<void> {
  if (known === null && name === undefined) {
    throw new WishError('name', 'required', new FieldError('name', 'required'));
  }
  const isDevice = new Set(map.devices.filter(({ site }) => maySeeSite(principal, site)).map(({ id }) => id));
  const device = devices.find((id) => !isDevice.has(id) && known?.devices.includes(id) !== true);
  if (device !== undefined) {
    const seen = { ...directory, devices: async () => map.devices.filter(({ id }) => isDevice.has(id)) };
    throw new WishError('devices', 'not_there', await deviceNotFound(seen, principal, device));
  }
  const isSite = new Set(map.sites.map(({ site }) => site).filter((site) => maySeeSite(principal, site)));
  const site = sites.find((one) => !isSite.has(one) && known?.sites.includes(one) !== true);
  if (site !== undefined) {
    throw new WishError('sites', 'not_there', new SerenoError('site_not_found', { params: { site } }));
  }
  const isGroup = new Set(map.groups.filter((group) => maySeeGroup(principal, group)).map(({ id }) => id));
  const group = groups.find((one) => !isGroup.has(one) && known?.groups.includes(one) !== true);
  if (group !== undefined) {
    throw new WishError('site_groups', 'not_there', new SerenoError('site_group_not_found'));
  }
}

type Said = Pick<PersonRow, 'userId' | 'name' | 'privilege' | 'devices' | 'sites' | 'groups' | 'leaving'>;

/** The person as he would be. Places that the caller does not see are not his to leave out. */
function merged(
  { principal, map }: Asker,
  known: PersonRow | null,
  id: string,
  wish: Wish,
  secrets: Secrets,
) {
  const siteOf = new Map(map.devices.map((device) => [device.id, device.site]));
  const groupOf = new Map(map.groups.map((group) => [group.id, group]));
  const isHiddenDevice = (device: string) => {
    const site = siteOf.get(device);
    return site !== undefined && !maySeeSite(principal, site);
  };
  const isHiddenGroup = (one: string) => {
    const group = groupOf.get(one);
    return group !== undefined && !maySeeGroup(principal, group);
  };
  const list = (
    given: readonly string[] | undefined,
    old: readonly string[] = [],
    hidden: (one: string) => boolean,
  ) => (given === undefined ? [...old] : [...new Set([...given, ...old.filter(hidden)])].sort());
  const after: Said = {
    userId: wish.user_id ?? known?.userId ?? id,
    name: wish.name ?? known?.name ?? '',
    privilege: wish.privilege ?? known?.privilege ?? null,
    devices: list(wish.devices, known?.devices, isHiddenDevice),
    sites: list(wish.sites, known?.sites, (site) => !maySeeSite(principal, site)),
    groups: list(wish.site_groups, known?.groups, isHiddenGroup),
    leaving: false,
  };
  const kept: Secrets = {
    ...secrets,
    ...(wish.password === undefined ? {} : { password: wish.password }),
    ...(wish.card === undefined ? {} : { card: wish.card }),
  };
  const fields = [
    ...(after.userId === known?.userId ? [] : ['user_id']),
    ...(after.name === known?.name ? [] : ['name']),
    ...(after.privilege === (known?.privilege ?? null) ? [] : ['privilege']),
    ...(kept.password === secrets.password ? [] : ['password']),
    ...(kept.card === secrets.card ? [] : ['card']),
  ];
  return { after, values: { fields, secrets: kept } };
}

function difference(known: PersonRow | null, after: Said, map: Places) {
  const old = known === null ? new Map<string, string>() : targetsOf(known, map);
  const now = targetsOf(after, map);
  return {
    added: [...now.keys()].filter((device) => !old.has(device)),
    removed: [...old.keys()].filter((device) => !now.has(device)),
  };
}

interface Touched {
  readonly known: PersonRow | null;
  /** Null: he is taken away. */
  readonly after: Said | null;
  readonly rows: readonly PlaceRow[];
  /** What is changed of the person shows at every terminal where he is. */
  readonly isAboutValues: boolean;
}

/** Every branch where something would change is one where the caller may change something. @throws WishError */
function checkRights({ principal, map }: Asker, { known, after, rows, isAboutValues }: Touched): void {
  const branches = (person: Said | null) =>
    person === null ? [] : [...sitesOf(person, map), ...targetsOf(person, map).values()];
  const old = new Set(branches(known));
  const now = new Set(branches(after));
  const moved = [...old, ...now].filter((site) => old.has(site) !== now.has(site));
  const devices = after === null ? [] : difference(known, after, map);
  const siteOf = new Map(map.devices.map((device) => [device.id, device.site]));
  const at =
    'added' in devices ? [...devices.added, ...devices.removed].map((id) => siteOf.get(id) ?? '') : [];
  const standing = rows.filter(({ there, state }) => there || state === 'leaving').map(({ site }) => site);
  const touched = new Set([...moved, ...at, ...(isAboutValues ? [...old, ...now, ...standing] : [])]);
  for (const site of touched) {
    if (mayChangeSite(principal, site)) continue;
    if (!maySeeSite(principal, site)) throw elsewhere();
    throw new WishError('sites', 'no_right', new SerenoError('site_read_only', { params: { site } }));
  }
}
