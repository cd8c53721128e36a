// The state of a terminal as a state machine: contacts and what keeps it busy go in, one state comes out.

import { REASON_CHARACTERS, type StateReason } from '../../shared/domain/device-state.ts';
import type { DeviceState } from '../../shared/domain/device-states.ts';
import type { SerenoError } from '../../shared/errors.ts';
import { Spoken } from '../../shared/words.ts';

export interface Standing {
  readonly state: DeviceState;
  /** Epoch ms: when this state began. */
  readonly since: number;
  /** Null where the state says all: `online`, `unknown`. */
  readonly reason: StateReason | null;
  /** Epoch ms of the last contact that succeeded. */
  readonly lastSeen: number | null;
  /** What the last contact showed, whatever keeps the terminal busy now. */
  readonly contact: View;
  /** Why it has no time for others; null: it has. */
  readonly held: StateReason | null;
}

interface View {
  readonly state: DeviceState;
  readonly reason: StateReason | null;
}

/** What happens to a terminal. */
export type News =
  | { readonly kind: 'contact'; readonly failure: SerenoError | null }
  | { readonly kind: 'held'; readonly by: SerenoError | null };

/** What a failure to make contact says of the terminal; others (a deadline, a full disk) say nothing about it. */
const STATE_OF: Readonly<Record<string, DeviceState>> = {
  device_unreachable: 'offline',
  device_no_route: 'offline',
  device_port_closed: 'offline',
  device_name_unknown: 'offline',
  comm_key_refused: 'refused',
  device_refused: 'refused',
  device_protocol: 'refused',
  device_hung_up: 'busy',
  device_swapped: 'swapped',
};

const UNTRIED: View = { state: 'unknown', reason: null };
const REACHED: View = { state: 'online', reason: null };

export function untried(now: number): Standing {
  return { ...UNTRIED, since: now, lastSeen: null, contact: UNTRIED, held: null };
}

/** The standing after `news`; the same one where it changes nothing. */
export function standingAfter(standing: Standing, news: News, now: number): Standing {
  const contact = news.kind === 'contact' ? contactAfter(standing.contact, news.failure) : standing.contact;
  const held = news.kind === 'held' ? reasonOf(news.by) : standing.held;
  const view = viewOf(contact, held);
  const wasReached = news.kind === 'contact' && news.failure === null;
  return {
    ...view,
    since: view.state === standing.state ? standing.since : now,
    lastSeen: wasReached ? now : standing.lastSeen,
    contact,
    held,
  };
}

function contactAfter(before: View, failure: SerenoError | null): View {
  if (failure === null) return REACHED;
  const state = STATE_OF[failure.code];
  return state === undefined ? before : { state, reason: reasonOf(failure) };
}

/** A terminal that cannot be used is not called busy because commands wait for it. */
function viewOf(contact: View, held: StateReason | null): View {
  const hasTime = held === null || (contact.state !== 'online' && contact.state !== 'unknown');
  return hasTime ? contact : { state: 'busy', reason: held };
}

function reasonOf(error: SerenoError | null): StateReason | null {
  if (error === null) return null;
  // Only an edge puts words into a language, and this is none: what is said by then is left out.
  const params = Object.entries(error.params).filter(
    (param): param is [string, string | number] => !(param[1] instanceof Spoken),
  );
  const short = params.map(([name, value]) => [
    name,
    typeof value === 'string' ? value.slice(0, REASON_CHARACTERS) : value,
  ]);
  return { code: error.code, params: Object.fromEntries(short) };
}
