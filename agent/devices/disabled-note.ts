// The note on disk that a terminal may be disabled, and what is assumed of a terminal that this journal has never seen.
import type { TimeTeller } from '../clock.ts';
import type { DeviceNotes } from '../journal/device-notes.ts';
import { DISABLED_MS, type DisableNote } from '../terminal/ports.ts';

/**
 * A journal that has never seen a terminal cannot know how an earlier one has left it: it is enabled to be sure. Not at
 * once: another agent with the same name may be in the middle of a write, and is done with it after `DISABLED_MS`.
 * @throws SerenoError `agent_storage`, also later from `set`.
 */
export function disabledNote(notes: DeviceNotes, clock: TimeTeller): DisableNote {
  const set = () => notes.write('disabled', String(clock.now()));
  let dueAt = Number.NEGATIVE_INFINITY;
  if (notes.read('known') === null) {
    set();
    notes.write('known', String(clock.now()));
    dueAt = clock.monotonic() + DISABLED_MS;
  }
  return {
    dueIn() {
      return notes.read('disabled') === null ? null : Math.max(0, Math.ceil(dueAt - clock.monotonic()));
    },
    set() {
      set();
      dueAt = Number.NEGATIVE_INFINITY;
    },
    clear: () => notes.erase('disabled'),
  };
}
