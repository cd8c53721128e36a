// Who is told of what: operators who may come in and may read events, by the branches of their groups, and each of their
// medias by severity and time of the week.
import { seesEverySite, siteRight } from '../../shared/api/site-rights.ts';
import { type MediaType, mediaTypes } from '../accounts/defaults.ts';
import type { Media, Snapshot, User } from '../accounts/model.ts';
import { type Operator, operatorIn, scopesOf, sitesOf } from '../accounts/operator.ts';
import { isWithinPeriod } from '../accounts/periods.ts';
import { timeZone } from '../config.ts';
import { severityOf } from './kinds.ts';
import type { Change } from './problems.ts';

/** One address of one media. */
export interface Recipient {
  readonly operator: Operator;
  readonly media: Media;
  readonly kind: MediaType['kind'];
  readonly address: string;
}

/** True for who may read of events at all. */
export function mayBeTold(operator: Operator): boolean {
  return scopesOf(operator).includes('events:read');
}

/** What one may not see over the API one is not told either; what is of no branch is for those who see all. */
export function sees(operator: Operator, { site }: Pick<Change, 'site'>): boolean {
  const rights = sitesOf(operator);
  return site === undefined ? seesEverySite(rights) : siteRight(rights, site) !== 'none';
}

export function kindOfMedia({ mediaTypeId }: Media): MediaType['kind'] | null {
  return mediaTypes.find(({ id }) => id === mediaTypeId)?.kind ?? null;
}

function addressesOf(operator: Operator): Recipient[] {
  return operator.user.medias.flatMap((media) => {
    const kind = kindOfMedia(media);
    if (kind === null || !media.active) return [];
    return media.sendTo.map((address) => ({ operator, media, kind, address }));
  });
}

/** Every address of a tenant that may be told of anything. */
export function recipientsOf(tenant: string, snapshot: Snapshot): Recipient[] {
  return [...snapshot.users.values()].flatMap((user) => {
    const operator = operatorIn(tenant, snapshot, user);
    return operator === null || !mayBeTold(operator) ? [] : addressesOf(operator);
  });
}

/** The zone in which the medias of a user have their times. */
export function zoneOf({ timezone }: User, standard: string): string {
  // Zones come and go with versions; nobody's may keep the others from being told.
  return timezone !== 'default' && timeZone.safeParse(timezone).success ? timezone : standard;
}

/**
 * Whether a change is for this address.
 *
 * @param zone of users who have chosen none
 */
export function takes({ operator, media }: Recipient, change: Change, now: number, zone: string): boolean {
  const own = zoneOf(operator.user, zone);
  const isWanted = ((media.severity >> severityOf(change.type)) & 1) === 1;
  // Of an end hears who has heard of the problem.
  const times = [now, ...(change.toldAt === undefined ? [] : [change.toldAt])];
  return isWanted && sees(operator, change) && times.every((at) => isWithinPeriod(media.period, at, own));
}
