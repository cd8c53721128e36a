// What the cloud's word on a person makes of what is kept: of one person the highest version counts, in whatever order they come.
import type { WantedPerson } from '../../shared/domain/wanted-person.ts';
import type { Wanted } from './wanted.ts';

/** @returns what is kept from now on, and whether the item counts. */
export function accepted(
  known: Wanted | undefined,
  item: WantedPerson,
  { device, epoch }: { readonly device: string; readonly epoch: string },
): { readonly wanted: Wanted; readonly counts: boolean } {
  const { person, version, user_id: userId, want } = item;
  const told = (item.former ?? []).filter((badge) => badge !== userId);
  const own = mustGoFirst(known, item) ? [userId] : [];
  if (known === undefined) {
    const fresh = {
      reached: false,
      stands: false,
      former: [...told, ...own],
      stood: [],
      told: null,
      tells: 0,
    };
    return { wanted: { device, person, version, epoch, userId, want, isKept: true, ...fresh }, counts: true };
  }
  const named = { ...known, epoch: epoch > known.epoch ? epoch : known.epoch };
  const isKeptAgain = version === known.version && !known.isKept && epoch > known.epoch;
  if (version < known.version || (version === known.version && known.isKept)) {
    // Said again: so is what became of it.
    const isSame = version === known.version;
    return { wanted: isSame ? { ...named, told: null } : named, counts: isSame };
  }
  if (version === known.version && !isKeptAgain) return { wanted: named, counts: false };
  const isSameBadge = known.userId === userId;
  const former = [...known.former, ...(isSameBadge || isGone(known) ? [] : [known.userId])];
  const stood = [...known.stood, ...(known.stands ? [known.userId] : [])];
  const others = [...new Set([...(known.isKept ? former : []), ...told])].filter((badge) => badge !== userId);
  const stands = known.isKept && (isSameBadge ? known.stands : known.stood.includes(userId));
  return {
    wanted: {
      ...named,
      version,
      userId,
      want,
      isKept: true,
      reached: false,
      stands: stands && own.length === 0,
      former: [...others, ...own],
      stood: known.isKept ? stood.filter((badge) => badge !== userId) : [],
      told: null,
    },
    counts: true,
  };
}

/** True if what stands there under the badge may be whoever had this id before, or was to go for that and has not yet. */
function mustGoFirst(known: Wanted | undefined, { user_id: badge, want, anew }: WantedPerson): boolean {
  if (want === null) return false;
  if (known === undefined) return anew !== undefined;
  const { userId, former, version } = known;
  if (isGone(known)) return false;
  if (userId === badge && former.includes(badge)) return true;
  return anew !== undefined && version < anew && [userId, ...former].includes(badge);
}

/** Nobody looks after the person here any more: what stands there stays, and only the version is remembered. */
export function letGo(wanted: Wanted): Wanted {
  return {
    ...wanted,
    isKept: false,
    want: null,
    reached: false,
    stands: false,
    former: [],
    stood: [],
    told: null,
  };
}

/** Nothing of the person is at the terminal under that badge. */
function isGone({ want, reached, isKept }: Wanted): boolean {
  return !isKept || (want === null && reached);
}
