// Which fingers of a person are missing at which terminal, and from where they can come.

import type { FingerInventory, FingerLook } from '../people/finger-inventory.ts';
import type { Wanted } from '../people/wanted.ts';
import { isWantedThere } from '../people/wanted.ts';
import { DURESS, VALID, type WantedFinger } from './transfer.ts';

const FINGERS = 10;

/** Fingers of one person that are to go from one terminal to another. */
export interface Carriage {
  readonly from: Wanted;
  readonly to: Wanted;
  readonly fingers: readonly WantedFinger[];
}

/** The person stands there, and what is known of the fingers there is of now. */
interface Place {
  readonly wanted: Wanted;
  readonly look: FingerLook;
}

/** `everywhere`: the person at each terminal of the branch. */
export function missingFingers(everywhere: readonly Wanted[], inventory: FingerInventory): Carriage[] {
  const places = everywhere.flatMap((wanted): Place[] => {
    const look = inventory.look(wanted.device);
    return isSettled(wanted) && look !== null && look.version !== null ? [{ wanted, look }] : [];
  });
  const handOf = ({ wanted: { device, userId } }: Place) => inventory.hand(device, userId);
  return places.flatMap((to) => {
    let open = ~handOf(to).taken;
    return places.flatMap((from): Carriage[] => {
      // Templates of another kind are no fingers there.
      if (from === to || from.look.version !== to.look.version) return [];
      const { usable, duress } = handOf(from);
      const fingers = [...bitsOf(usable & open, VALID), ...bitsOf(duress & open, DURESS)];
      open &= ~(usable | duress);
      return fingers.length === 0 ? [] : [{ from: from.wanted, to: to.wanted, fingers }];
    });
  });
}

/** Whose fingers stand under that badge is known: they are the person's. */
export function isSettled(wanted: Wanted): boolean {
  return isWantedThere(wanted) && wanted.reached && wanted.stands;
}

function bitsOf(bits: number, flag: number): WantedFinger[] {
  const all = Array.from({ length: FINGERS }, (_, finger) => finger);
  return all.filter((finger) => (bits & (1 << finger)) !== 0).map((finger) => ({ finger, flag }));
}
